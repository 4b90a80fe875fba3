"""What a visitor asks of the usage page; all of it stands in the address, so that it can be kept and sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from services.dashboard.errors import invalid
from services.dashboard.query import day_of
from services.dashboard.signing_in.visit import Visit
from shared.store.usage.read import GROUPS

PRESETS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days"}
DEFAULT_DAYS = 30
LONGEST_DAYS = 400
GROUP_WORDS = {"day": "Day", "bot": "Bot", "model": "Model", "provider": "Provider", "key": "Key"}


@dataclass(frozen=True, slots=True)
class UsageQuestion:
    """UTC days, both included, and what the figures are split by."""

    from_day: date
    to_day: date
    group: str

    def address(self, path: str, **changes: str) -> str:
        """Return the address of this question at a path, with these parts changed."""
        parts = {"from": self.from_day.isoformat(), "to": self.to_day.isoformat(), "group": self.group}
        return f"{path}?{urlencode(parts | changes)}"


def question_of(visit: Visit) -> UsageQuestion:
    """Read the question from the address; raises AdminError 422 that names the part and the fix."""
    today = visit.now.date()
    to_day = day_of(visit.request, "to", today)
    from_day = day_of(visit.request, "from", to_day - timedelta(days=DEFAULT_DAYS - 1))
    if from_day > to_day:
        raise invalid("from", "The first day must not be after the last.")
    if to_day - from_day > timedelta(days=LONGEST_DAYS):
        raise invalid("from", f"A range has at most {LONGEST_DAYS} days; choose a shorter one.")
    group = visit.query("group") or "day"
    if group not in GROUPS:
        raise invalid("group", f"group must be one of {', '.join(GROUPS)}.")
    return UsageQuestion(from_day, to_day, group)


def presets(question: UsageQuestion, today: date) -> Sequence[tuple[str, str, bool]]:
    """Return (words, address, is chosen) of the usual ranges."""
    found = []
    for days, words in PRESETS.items():
        from_day = today - timedelta(days=int(days) - 1)
        address = question.address("/usage", **{"from": from_day.isoformat(), "to": today.isoformat()})
        found.append((words, address, (question.from_day, question.to_day) == (from_day, today)))
    return found
