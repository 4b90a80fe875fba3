"""Look for kept answers, and wait for those that others are asking for: one statement for whoever asks at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from shared.domain.sources import Source, read_sources
from shared.domain.turn_result import read_ignored
from shared.store.database import Database
from shared.store.turns.batch_json import batch_json
from shared.store.turns.json_fields import json_value

LOOK_UP = text("SELECT * FROM look_up_answers(CAST(:batch AS jsonb))")
LANDINGS = text("SELECT * FROM look_for_landings(CAST(:batch AS jsonb))")


class Found(StrEnum):
    """What became of a look.

    `hit`: the answer is there. `fly`: nobody asks the model this now, so the asker does. `wait`: somebody does.
    `gone`: who asked the model has come back without an answer.
    """

    HIT = "hit"
    FLY = "fly"
    WAIT = "wait"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Look:
    """A turn's attempt that looks for an answer."""

    workspace_id: UUID
    bot_id: UUID
    cache_key: bytes
    turn_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What it found; `answer` and what belongs to it with a hit alone."""

    found: Found
    answer: str | None
    ignored_parameters: dict[str, str]
    sources: tuple[Source, ...] = ()


async def look_up_answers(database: Database, looks: Sequence[Look]) -> list[Looked]:
    """Look for answers, one result each in the given order; a turn without a hit takes off where nobody flies."""
    return await _look(database, LOOK_UP, looks)


async def look_for_landings(database: Database, looks: Sequence[Look]) -> list[Looked]:
    """Look whether the flights that these turns wait for have landed, one result each in the given order."""
    return await _look(database, LANDINGS, looks)


async def _look(database: Database, statement: TextClause, looks: Sequence[Look]) -> list[Looked]:
    rows = await database.call(statement, batch=batch_json(_fields(look) for look in looks))
    found = {row.o_turn_id: _looked(row) for row in rows}
    return [found[look.turn_id] for look in looks]


def _fields(look: Look) -> dict[str, Any]:
    return {
        "workspace_id": look.workspace_id,
        "bot_id": look.bot_id,
        "cache_key": look.cache_key.hex(),
        "turn_id": look.turn_id,
        "attempt": look.attempt,
    }


def _looked(row: Row[Any]) -> Looked:
    return Looked(
        Found(row.o_found),
        row.o_answer,
        read_ignored(json_value(row.o_ignored_parameters)),
        read_sources(json_value(row.o_sources)),
    )
