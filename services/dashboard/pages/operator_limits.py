"""What an operator types about a workspace's plan and limits, read and judged; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.plans import Plan

MOST_SLOTS = 100_000
MOST_MESSAGES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field (`param`), in one sentence."""

    param: str
    message: str

    @property
    def problems(self) -> dict[str, str]:
        """Return the sentence by its field, as every form shows it."""
        return {self.param: self.message}


@dataclass(frozen=True, slots=True)
class Limits:
    """Turns of a workspace that may be ready or running at once, and its messages a month."""

    slots: int
    message_limit: int


def read_plan(form: Mapping[str, str]) -> Plan | Problem:
    """Return the plan that the form names."""
    try:
        return Plan(form.get("plan", ""))
    except ValueError:
        return Problem("plan", f"Choose one of the plans: {', '.join(Plan)}.")


def read_limits(form: Mapping[str, str]) -> Limits | Problem:
    """Return the limits that the form names."""
    slots = _whole_number(form.get("slots", ""), 1, MOST_SLOTS)
    if slots is None:
        return Problem("slots", f"Slots must be a whole number from 1 to {MOST_SLOTS:,}.")
    message_limit = _whole_number(form.get("message_limit", ""), 0, MOST_MESSAGES)
    if message_limit is None:
        return Problem("message_limit", f"Messages must be a whole number from 0 to {MOST_MESSAGES:,}.")
    return Limits(slots, message_limit)


def _whole_number(text: str, least: int, most: int) -> int | None:
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))):
        return None
    return int(digits) if least <= int(digits) <= most else None
