"""Carry erasures out, a small batch at a time: what people ordered, and what is older than its workspace keeps."""

from __future__ import annotations

from sqlalchemy import text

from shared.store.database import Database
from shared.store.erasures.rows import ErasedTurns, Erasure

ORDERED = text(
    "SELECT workspace_id, end_user, asked_at, erased_turns FROM erasures ORDER BY asked_at, end_user LIMIT :at_most"
)
USER = text("SELECT * FROM erase_user(:workspace_id, :end_user, :at_most)")
OLD = text("SELECT * FROM erase_old_turns(:at_most)")


async def ordered_erasures(database: Database, *, limit: int) -> list[Erasure]:
    """Return erasures of all workspaces, the oldest first."""
    rows = await database.call(ORDERED, at_most=limit)
    return [Erasure(row.workspace_id, row.end_user, row.asked_at, row.erased_turns) for row in rows]


async def erase_some(database: Database, erasure: Erasure, *, limit: int) -> ErasedTurns:
    """Cancel what runs and erase at most so many turns; `is_over` says that nothing was left. Harmless to repeat."""
    (row,) = await database.call(USER, workspace_id=erasure.workspace_id, end_user=erasure.end_user, at_most=limit)
    return ErasedTurns(tuple(row.o_erased), tuple(row.o_promoted), is_over=row.o_is_over)


async def erase_old(database: Database, *, limit: int) -> ErasedTurns:
    """Erase at most so many old turns of the one workspace that is furthest behind what it keeps, the oldest first.

    `is_over` says that no workspace was behind. A workspace without an old turn is looked at too, once an hour: nothing
    erased does not mean over.
    """
    (row,) = await database.call(OLD, at_most=limit)
    return ErasedTurns(tuple(row.o_erased), is_over=row.o_is_over)
