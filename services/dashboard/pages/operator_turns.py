"""An operator's page of failed turns: all workspaces', by day and kind of error, to be retried one by one or together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.admission.refusal import BACKLOG_FULL
from shared.domain.error_types import ErrorType
from shared.domain.roles import Role
from shared.domain.turn_status import TurnStatus
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import COMPLETE_TURN
from shared.store.operators.failed_turns import list_failed_turns_of_all
from shared.store.operators.retry import retry_any_turn
from shared.store.operators.rows import FailedTurn
from shared.store.turns.facts import find_turn_facts
from shared.store.turns.retry import RetryCode

PAGE = 50
DAYS = 7
CONFLICT, NOT_FOUND, UNPROCESSABLE = 409, 404, 422
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(9999, 12, 30)
WHY_NOT = {
    RetryCode.NOT_RETRYABLE: "Only a failed or expired turn can be retried; this one has run meanwhile.",
    RetryCode.ERASED: "This turn was erased; there is no message left to send again.",
    RetryCode.QUOTA_EXCEEDED: "The turn's workspace has no message left this month; raise its limit first.",
    RetryCode.TOO_MANY_WAITING: "Too many turns of this workspace are waiting; retry when some have run.",
    RetryCode.NOT_FOUND: "There is no such turn.",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which failed turns are shown: accepted from one UTC day to another, both included, and failed so."""

    from_day: date
    to_day: date
    error: ErrorType | None
    problem: str | None = None

    @property
    def query(self) -> str:
        """Return the filter as it stands in an address."""
        return urlencode({"from": self.from_day, "to": self.to_day, "error": self.error or ""})


async def show(visit: Visit) -> Response:
    """List failed turns, the latest first."""
    chosen = read_filter(visit.request.query_params.get, visit.now.date())
    rows = [] if chosen.problem else await _page(visit, chosen)
    return render(
        visit,
        "operator_turns.html",
        UNPROCESSABLE if chosen.problem else 200,
        rows=rows[:PAGE],
        chosen=chosen,
        after=visit.query("after"),
        error_types=list(ErrorType),
        next_after=rows[PAGE - 1].turn_id if len(rows) > PAGE else None,
    )


async def retry(visit: Visit) -> Response:
    """Run one turn once more."""
    try:
        turn_id = UUID(visit.request.path_params["id"])
    except ValueError:
        return render_problem(visit, NOT_FOUND, WHY_NOT[RetryCode.NOT_FOUND])
    (code,) = await _retry(visit, [turn_id])
    if code is RetryCode.ACCEPTED:
        return go_to(_back(visit), "turn-retried")
    return render_problem(visit, NOT_FOUND if code is RetryCode.NOT_FOUND else CONFLICT, _why_not(visit, code))


async def retry_shown(visit: Visit) -> Response:
    """Run every turn once more that the page showed, a page at most."""
    try:
        turn_ids = [UUID(each) for each in visit.form.get("turns", "").split(",")][:PAGE]
    except ValueError:
        return render_problem(visit, UNPROCESSABLE, "These are no turns; open the page again and repeat.")
    codes = await _retry(visit, turn_ids)
    if RetryCode.ACCEPTED not in codes:
        return render_problem(visit, CONFLICT, f"None of these turns runs once more. {_why_not(visit, codes[0])}")
    is_all = set(codes) == {RetryCode.ACCEPTED}
    return go_to(_back(visit), "turns-retried" if is_all else "some-turns-retried")


def _why_not(visit: Visit, code: RetryCode) -> str:
    refusal = visit.context.admission.too_many_waiting
    return refusal.message if code is RetryCode.TOO_MANY_WAITING and refusal is BACKLOG_FULL else WHY_NOT[code]


async def _retry(visit: Visit, turn_ids: list[UUID]) -> list[RetryCode]:
    """Retry turn by turn, each in its own commit: they are many workspaces', whose rows are locked one after another."""
    codes, ready = [], []
    for turn_id in turn_ids:
        result = await retry_any_turn(
            visit.context.database,
            turn_id,
            deadline_seconds=visit.context.settings.async_deadline_seconds,
            waiting_limit=visit.context.admission.waiting_limit,
            actor=visit.actor,
        )
        codes.append(result.code)
        if result.status is TurnStatus.READY and result.code is RetryCode.ACCEPTED:
            ready.append((str(turn_id),))
    try:
        await visit.context.ringer.ring(COMPLETE_TURN, ready)
    except QueueUnavailableError:
        return codes  # the sweeper rings them
    return codes


async def _page(visit: Visit, chosen: Filter) -> list[FailedTurn]:
    end = (_midnight(chosen.to_day + timedelta(days=1)), UUID(int=0))
    place = await _place_of(visit)
    return await list_failed_turns_of_all(
        visit.context.database,
        from_at=_midnight(chosen.from_day),
        before=min(end, place) if place else end,
        limit=PAGE + 1,
        error_types=[chosen.error] if chosen.error else list(ErrorType),
    )


async def _place_of(visit: Visit) -> tuple[datetime, UUID] | None:
    """Return where the page before ended; what is no turn is the first page."""
    try:
        turn = await find_turn_facts(visit.context.database, UUID(visit.query("after")))
    except ValueError:
        return None
    return (turn.accepted_at, turn.turn_id) if turn else None


def read_filter(given: Callable[[str, str], str], today: date) -> Filter:
    """Return the filter that an address or a form names; the last days when it names none. Pure."""
    usual = Filter(today - timedelta(days=DAYS - 1), today, None)
    try:
        from_day = date.fromisoformat(given("from", "") or str(usual.from_day))
        to_day = date.fromisoformat(given("to", "") or str(usual.to_day))
    except ValueError:
        return replace(usual, problem="Days are written like 2026-01-31.")
    error = given("error", "")
    if error and error not in set(ErrorType):
        return replace(usual, problem="There is no such kind of error; choose one of the list.")
    if from_day > to_day:
        return replace(usual, problem="The first day must not be after the last.")
    return Filter(_bounded(from_day), _bounded(to_day), ErrorType(error) if error else None)


def _back(visit: Visit) -> str:
    return f"/operator/turns?{read_filter(visit.form.get, visit.now.date()).query}"


def _bounded(day: date) -> date:
    return min(max(day, FIRST_DAY), LAST_DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


PAGES = [
    Page("/operator/turns", show, Role.OPERATOR),
    Page("/operator/turns/retry", retry_shown, Role.OPERATOR, "POST"),
    Page("/operator/turns/{id}/retry", retry, Role.OPERATOR, "POST"),
]
