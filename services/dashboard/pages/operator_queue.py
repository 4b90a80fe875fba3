"""An operator's page of the queue: what is ready, running and waiting, since when, and who works on it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, render
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.queue.errors import QueueUnavailableError
from shared.queue.lengths import QueueLength
from shared.store.operators.queue import COUNTED_AT_MOST, read_queue
from shared.store.operators.rows import QueueNow

WAITS_FOR = {
    "slot": "a slot of its workspace",
    "conversation": "the turn before it in its conversation",
    "due": "its next try, or a verdict on its key",
    "room": "room under its key's limit",
}
SWEEPER_SILENT_SECONDS = 15
"""A sweeper speaks to PostgreSQL every second; what is silent for so long is stuck or gone."""
AGED_SECONDS = 10
"""A ready turn is claimed within milliseconds; one that waits for so long tells that workers are missing."""


async def show(visit: Visit) -> Response:
    """Show the page around the figures."""
    return render(visit, "operator_queue.html", **await _figures(visit))


async def now(visit: Visit) -> Response:
    """Return the figures alone, for the page that keeps itself fresh."""
    return bare_page("operator_queue_now.html", **await _figures(visit))


async def _figures(visit: Visit) -> dict[str, Any]:
    queue = await read_queue(visit.context.database)
    return {
        "queue": queue,
        "lengths": await _lengths(visit),
        "waits_for": WAITS_FOR,
        "most": COUNTED_AT_MOST,
        "is_sweeping": _is_sweeping(queue),
        "is_stuck": _is_stuck(queue),
    }


async def _lengths(visit: Visit) -> list[QueueLength] | None:
    try:
        return await visit.context.queues.lengths()
    except QueueUnavailableError:
        return None


def _is_sweeping(queue: QueueNow) -> bool:
    at = queue.swept_at
    return at is not None and (queue.at - at).total_seconds() < SWEEPER_SILENT_SECONDS


def _is_stuck(queue: QueueNow) -> bool:
    oldest = queue.lines["ready"].oldest
    return oldest is not None and (queue.at - oldest).total_seconds() > AGED_SECONDS


PAGES = [
    Page("/operator/queue", show, Role.OPERATOR),
    Page("/operator/queue/now", now, Role.OPERATOR),
]
