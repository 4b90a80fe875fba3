"""`mevichat workspace export`: what was said in a workspace, as JSON lines on the standard output."""

from __future__ import annotations

import sys
from datetime import date
from uuid import UUID

from infra.cli.store_access import RefusedError
from infra.cli.told_together import read_all
from services.dashboard.day_range import FIRST_DAY, LAST_DAY, end_of, start_of
from services.dashboard.export_lines import export_lines
from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.search_rows import TurnSearch


async def export(
    database: Database, workspace_id: UUID, *, user: str | None, conversation: str | None, first: str, last: str
) -> None:
    """Write the turns of a workspace from one UTC day to another, both included, the newest first; "" is no limit.

    Raises:
        RefusedError: a day is none, or the first is after the last.

    """
    first_day, last_day = await read_all(lambda: _day(first, FIRST_DAY), lambda: _day(last, LAST_DAY))
    if first_day > last_day:
        message = f"--from must not be after --to, and {first_day} is after {last_day}; swap them."
        raise RefusedError(message)
    asked = TurnSearch(
        workspace_id=workspace_id,
        statuses=tuple(TurnStatus),
        from_at=start_of(first_day),
        before=end_of(last_day),
        conversation=conversation,
        end_user=user,
    )
    async for lines in export_lines(database, asked):
        sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        message = f"{text} is no day; write it like 2026-01-31."
        raise RefusedError(message) from None
