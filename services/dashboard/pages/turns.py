"""The page of one turn: all that is known of it, every attempt, retry and cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, go_to, render, render_problem
from services.dashboard.ring_turns import ring_turns
from services.dashboard.signing_in.cookie import local_path
from services.dashboard.signing_in.visit import Visit
from shared.admission.refusal import BACKLOG_FULL, QUOTA_EXCEEDED
from shared.domain.roles import Role
from shared.domain.turn_status import TurnStatus
from shared.store.bots.read import find_bot
from shared.store.turns.cancel import CancelCode, cancel_turn
from shared.store.turns.facts import find_turn_facts, list_attempts
from shared.store.turns.read import read_own_turn
from shared.store.turns.retry import RetryCode, retry_turn
from shared.store.turns.rows import TurnRow

NOT_FOUND, CONFLICT, TOO_MANY, UNAVAILABLE = 404, 409, 429, 503
NO_SUCH_TURN = "There is no such turn in this workspace."
REFUSALS = {
    RetryCode.NOT_FOUND: (NOT_FOUND, NO_SUCH_TURN),
    RetryCode.NOT_RETRYABLE: (CONFLICT, "Only a failed or expired turn can be retried; this one is neither any more."),
    RetryCode.ERASED: (CONFLICT, "This turn was erased; there is no message left to send again."),
    RetryCode.QUOTA_EXCEEDED: (TOO_MANY, QUOTA_EXCEEDED.message),
}


async def show(visit: Visit) -> Response:
    """Show the turn; with `?part=turn` its facts alone, for the page that keeps itself fresh."""
    turn = await _own_turn(visit)
    facts = None if turn is None else await find_turn_facts(visit.context.database, turn.turn_id)
    if turn is None or facts is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TURN)
    shown: dict[str, Any] = {
        "turn": turn,
        "facts": facts,
        "bot": await find_bot(visit.context.database, workspace_id=visit.workspace_id, bot_id=turn.bot_id),
        "attempts": await list_attempts(visit.context.database, turn.turn_id),
        "is_live": not turn.status.is_ended,
    }
    if visit.query("part") == "turn":
        return bare_page("turn_facts.html", visit=visit, csrf=visit.csrf, now=visit.now, **shown)
    return render(visit, "turn.html", **shown)


async def retry(visit: Visit) -> Response:
    """Run a failed or expired turn once more, at its place and for a message of this month."""
    turn = await _own_turn(visit)
    if turn is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TURN)
    result = await retry_turn(
        visit.context.database,
        bot_id=turn.bot_id,
        turn_id=turn.turn_id,
        deadline_seconds=visit.context.settings.async_deadline_seconds,
        waiting_limit=visit.context.admission.waiting_limit,
    )
    if result.code is RetryCode.TOO_MANY_WAITING:
        return _too_many_waiting(visit)
    if result.code is not RetryCode.ACCEPTED:
        return render_problem(visit, *REFUSALS[result.code])
    if result.status is TurnStatus.READY:
        await ring_turns(visit.context, [turn.turn_id])
    return go_to(_back(visit, turn), "turn-retried")


def _too_many_waiting(visit: Visit) -> Response:
    """Say whose turns are too many: the workspace's, or those of the whole installation."""
    refusal = visit.context.admission.too_many_waiting
    return render_problem(visit, UNAVAILABLE if refusal is BACKLOG_FULL else TOO_MANY, refusal.message)


async def cancel(visit: Visit) -> Response:
    """End a turn that has not ended."""
    turn = await _own_turn(visit)
    if turn is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TURN)
    result = await cancel_turn(visit.context.database, bot_id=turn.bot_id, turn_id=turn.turn_id)
    if result.code is CancelCode.ENDED:
        return render_problem(visit, CONFLICT, "The turn has already ended; it cannot be cancelled.")
    await ring_turns(visit.context, result.promoted)
    return go_to(_back(visit, turn), "turn-cancelled")


async def _own_turn(visit: Visit) -> TurnRow | None:
    try:
        turn_id = UUID(visit.request.path_params["id"])
    except ValueError:
        return None
    return await read_own_turn(visit.context.database, workspace_id=visit.workspace_id, turn_id=turn_id)


def _back(visit: Visit, turn: TurnRow) -> str:
    """Return the page on which the button stood."""
    return local_path(visit.form.get("back") or f"/turns/{turn.turn_id}")


PAGES = [
    Page("/turns/{id}", show),
    Page("/turns/{id}/retry", retry, Role.ADMIN, "POST"),
    Page("/turns/{id}/cancel", cancel, Role.ADMIN, "POST"),
]
