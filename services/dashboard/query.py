"""Reads what stands behind the `?` of an address; what is wrong there is named like a field."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from starlette.requests import Request

from services.dashboard.errors import invalid
from shared.domain.text_rules import storable_text_problem


def day_of(request: Request, name: str, default: date) -> date:
    """Return a UTC day."""
    text = request.query_params.get(name)
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise invalid(name, f"{name} must be a day like 2026-01-31.") from None


def id_of(request: Request, name: str, what: str) -> UUID | None:
    """Return an id, None when it is absent; `what` says where ids come from."""
    text = request.query_params.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise invalid(name, f"{name} must be {what}.") from None


def text_of(request: Request, name: str) -> str | None:
    """Return a text that PostgreSQL can compare, None when it is absent."""
    text = request.query_params.get(name)
    problem = storable_text_problem(text) if text else None
    if problem is not None:
        raise invalid(name, f"{name} {problem}; remove it.")
    return text or None
