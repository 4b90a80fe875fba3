"""Turns as an export writes them: JSONL, one line a turn."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson

from shared.store.database import Database
from shared.store.turns.export import export_turns
from shared.store.turns.rows import TurnRow
from shared.store.turns.search_rows import TurnSearch

MEDIA_TYPE = "application/jsonl"


async def export_lines(database: Database, asked: TurnSearch) -> AsyncIterator[bytes]:
    """Yield the lines of the turns that are asked for, some at a time, the newest first."""
    async for turns in export_turns(database, asked):
        yield b"".join(export_line(turn) for turn in turns)


def export_line(turn: TurnRow) -> bytes:
    """Return a turn as one line: who said what to whom, when, and what it cost. Pure."""
    line = {
        "turn_id": turn.turn_id,
        "bot": turn.bot_id,
        "conversation": turn.conversation,
        "user": turn.end_user,
        "status": turn.status,
        "question": turn.question,
        "messages": turn.messages,
        "answer": turn.answer,
        "partial": turn.partial,
        "finish_reason": turn.finish_reason,
        "error": turn.error and {"type": turn.error.type, "reason": turn.error.reason},
        "model": turn.model,
        "provider": turn.provider,
        "usage": turn.usage.to_primitives() | {"kind": turn.usage_kind},
        "accepted_at": turn.accepted_at,
        "ended_at": turn.ended_at,
    }
    return orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE)  # the driver has UUIDs of its own
