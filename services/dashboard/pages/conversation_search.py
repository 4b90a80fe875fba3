"""What the form of the conversations page asks for."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from services.dashboard.day_range import FIRST_DAY, LAST_DAY, end_of, start_of
from services.dashboard.errors import invalid
from services.dashboard.pages.cursors import place_of
from services.dashboard.signing_in.visit import Visit
from shared.domain.text_rules import storable_text_problem
from shared.domain.turn_status import TurnStatus
from shared.store.turns.search_rows import TurnSearch

FIELDS = ("turn", "conversation", "bot", "user", "from", "to", "status")
NO_SUCH_TURN = "There is no such turn in this workspace."


def fields_of(visit: Visit) -> dict[str, str]:
    """Return the form's fields as the address holds them; what is absent is empty."""
    return {name: visit.query(name) for name in FIELDS}


def query_of(values: dict[str, str]) -> str:
    """Return the fields that are filled in as an address carries them."""
    return urlencode({name: value for name, value in values.items() if value})


def turn_id_of(text: str) -> UUID:
    """Return the turn's id; raises AdminError where it can be nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise invalid("turn", NO_SUCH_TURN) from None


def search_of(visit: Visit, values: dict[str, str]) -> TurnSearch:
    """Return the search that the fields ask for; raises AdminError that names the field and the fix."""
    for name, value in values.items():
        problem = storable_text_problem(value)
        if problem is not None:
            raise invalid(name, f"The field {problem}; remove it.")
    from_day, to_day = _day(values, "from", FIRST_DAY), _day(values, "to", LAST_DAY)
    if from_day > to_day:
        raise invalid("from", "The first day is after the last; swap them.")
    cursor = visit.query("before")
    after = place_of(cursor) if cursor else None
    if cursor and after is None:
        raise invalid("before", "The address of this page is broken; search again.")
    return TurnSearch(
        workspace_id=visit.workspace_id,
        statuses=_statuses(values["status"]),
        from_at=start_of(from_day),
        before=end_of(to_day, after),
        bot_id=_bot_id(values["bot"]),
        conversation=values["conversation"] or None,
        end_user=values["user"] or None,
    )


def _day(values: dict[str, str], name: str, default: date) -> date:
    try:
        return date.fromisoformat(values[name]) if values[name] else default
    except ValueError:
        raise invalid(name, "Write the day as 2026-01-31.") from None


def _statuses(text: str) -> tuple[TurnStatus, ...]:
    if not text:
        return tuple(TurnStatus)
    if text not in tuple(TurnStatus):
        raise invalid("status", "Choose one of the statuses.")
    return (TurnStatus(text),)


def _bot_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise invalid("bot", "Choose one of the bots.") from None
