"""What a visitor asks of the usage page; all of it stands in the address, so that it can be kept and sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from services.dashboard.errors import invalid
from services.dashboard.pages.usage_names import NONE, UsageNames, bot_of, one_of

DEFAULT_DAYS = 30
LONGEST_DAYS = 400
GROUP_WORDS = {"day": "Day", "bot": "Bot", "model": "Model", "provider": "Provider", "key": "Key"}
FILTERS = ("bot", "model", "provider", "key")
FIELDS = ("from", "to", "group", *FILTERS)


@dataclass(frozen=True, slots=True)
class UsageQuestion:
    """UTC days, both included, what the figures are split by, and what they are kept to.

    `filters` holds the chosen filters as the address carries them: an id, a name of the catalogue, or `none`.
    """

    from_day: date
    to_day: date
    group: str
    filters: dict[str, str]

    @property
    def only(self) -> dict[str, UUID | str | None]:
        """Return the filters as the roll-ups hold their values."""
        return {name: _held(name, value) for name, value in self.filters.items()}

    def address(self, path: str, **changes: str) -> str:
        """Return the address of this question at a path, with these parts changed; an empty part is left out."""
        return f"{path}?{self.query(**changes)}"

    def query(self, **changes: str) -> str:
        """Return the same without the path."""
        parts = {"from": self.from_day.isoformat(), "to": self.to_day.isoformat(), "group": self.group}
        return urlencode({name: part for name, part in (parts | self.filters | changes).items() if part})


def question_of(asked: Mapping[str, str], names: UsageNames, *, today: date) -> UsageQuestion:
    """Read the question from the address; raises AdminError 422 that names the field and the fix."""
    to_day = _day(asked, "to", today)
    default = date.fromordinal(max(to_day.toordinal() - DEFAULT_DAYS + 1, date.min.toordinal()))
    from_day = _day(asked, "from", default)
    if from_day > to_day:
        raise invalid("from", "The first day must not be after the last.")
    if to_day - from_day >= timedelta(days=LONGEST_DAYS):
        raise invalid("from", f"A range has at most {LONGEST_DAYS} days; choose a shorter one.")
    group = asked.get("group") or "day"
    if group not in GROUP_WORDS:
        raise invalid("group", f"Choose one of {', '.join(GROUP_WORDS)}.")
    filters = {
        "bot": bot_of(asked.get("bot", ""), names.bots),
        "model": one_of(asked.get("model", ""), names.models, "model"),
        "provider": one_of(asked.get("provider", ""), names.providers, "provider"),
        "key": one_of(asked.get("key", ""), names.keys, "key"),
    }
    return UsageQuestion(from_day, to_day, group, {name: value for name, value in filters.items() if value})


def presets(question: UsageQuestion, today: date) -> Sequence[tuple[str, str, bool]]:
    """Return (words, address, is chosen) of the usual ranges."""
    ranges = {f"Last {days} days": today - timedelta(days=days - 1) for days in (7, 30, 90)}
    ranges["This month"] = today.replace(day=1)
    return [
        (
            words,
            question.address("/usage", **{"from": from_day.isoformat(), "to": today.isoformat()}),
            (question.from_day, question.to_day) == (from_day, today),
        )
        for words, from_day in ranges.items()
    ]


def as_day(text: str) -> str:
    """Return a day as browsers write it, empty when the text is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _day(asked: Mapping[str, str], name: str, default: date) -> date:
    text = asked.get(name)
    if not text:
        return default
    if not as_day(text):
        raise invalid(name, "This is no day of the calendar; write one like 2026-01-31.")
    return date.fromisoformat(text)


def _held(name: str, value: str) -> UUID | str | None:
    if name == "key":
        return None if value == NONE else UUID(value)
    if name == "bot":
        return UUID(value)
    return "" if value == NONE else value
