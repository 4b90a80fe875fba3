"""Turns with their texts, page after page, for an export of any size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from shared.store.database import Database
from shared.store.turns.read import read_turns
from shared.store.turns.rows import TurnRow
from shared.store.turns.search import search_turns
from shared.store.turns.search_rows import TurnSearch

PAGE = 100
"""Turns in memory at once: a few megabytes where every one is as long as it may be."""


async def export_turns(database: Database, asked: TurnSearch) -> AsyncIterator[list[TurnRow]]:
    """Yield the turns that are asked for, the newest first; those that were erased are left out."""
    while True:
        lines = await search_turns(database, asked, limit=PAGE)
        turns = await read_turns(database, [line.turn_id for line in lines])
        known = (turns.get(line.turn_id) for line in lines)
        yield [turn for turn in known if turn is not None and turn.erased_at is None]
        if len(lines) < PAGE:
            return
        asked = replace(asked, before=lines[-1].place)
