"""What an operator types about a workspace's plan and limits, read and judged; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.errors import invalid
from services.dashboard.refusals import Refusals
from shared.domain.plans import Plan

MOST_SLOTS = 100_000
MOST_MESSAGES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Turns of a workspace that may be ready or running at once, and its messages a month."""

    slots: int
    message_limit: int


def read_plan(form: Mapping[str, str]) -> Plan:
    """Return the plan that the form names; raises AdminError."""
    try:
        return Plan(form.get("plan", ""))
    except ValueError:
        raise invalid("plan", f"Choose one of the plans: {', '.join(Plan)}.") from None


def read_limits(form: Mapping[str, str]) -> Limits:
    """Return the limits that the form names; raises AdminError that names every field that must be corrected."""
    refusals = Refusals()
    slots = _whole_number(form.get("slots", ""), 1, MOST_SLOTS)
    if slots is None:
        refusals.note(invalid("slots", f"Slots must be a whole number from 1 to {MOST_SLOTS:,}."))
    message_limit = _whole_number(form.get("message_limit", ""), 0, MOST_MESSAGES)
    if message_limit is None:
        refusals.note(invalid("message_limit", f"Messages must be a whole number from 0 to {MOST_MESSAGES:,}."))
    refusals.raise_all()
    assert slots is not None
    assert message_limit is not None
    return Limits(slots, message_limit)


def _whole_number(text: str, least: int, most: int) -> int | None:
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))):
        return None
    return int(digits) if least <= int(digits) <= most else None
