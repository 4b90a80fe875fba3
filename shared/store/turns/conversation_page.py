"""Read a conversation of a workspace from its end, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.turns.read import COLUMNS, turn_of
from shared.store.turns.rows import TurnRow

BEYOND_ALL = 2**63 - 1
PAGE = text(f"""
    SELECT o.name AS bot_name, run.* FROM bots AS o CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM turns WHERE bot_id = o.id AND conversation = :conversation AND position < :before
        ORDER BY position DESC LIMIT :at_most
    ) AS run
    WHERE o.id = :bot_id AND o.workspace_id = :workspace_id ORDER BY run.position
""")


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """Some turns of a conversation in order, with the bot's name; `has_earlier` says that there are some before them."""

    bot_name: str
    turns: tuple[TurnRow, ...]
    has_earlier: bool


async def read_conversation_end(
    database: Database,
    *,
    workspace_id: UUID,
    bot_id: UUID,
    conversation: str,
    before_position: int | None,
    limit: int,
) -> ConversationPage | None:
    """Return the last turns before a position, oldest first; None when the workspace has no such conversation."""
    rows = await database.call(
        PAGE,
        workspace_id=workspace_id,
        bot_id=bot_id,
        conversation=conversation,
        before=BEYOND_ALL if before_position is None else before_position,
        at_most=limit + 1,
    )
    if not rows:
        return None
    turns = tuple(turn_of(row) for row in rows)
    return ConversationPage(rows[0].bot_name, turns[-limit:], has_earlier=len(turns) > limit)
