"""What stands in the reply streams, and how it is written there.

An inbox (`mevichat:inbox:<name>`) carries whole results. A turn's own stream (`mevichat:turn:<id>`) carries its text
as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from shared.domain.turn_result import TurnResult

Fields = dict[bytes, bytes]
"""The fields of one stream entry, as Redis has them."""

MARKER: Final[Fields] = {b"k": b"marker"}
"""An entry without meaning: it creates an inbox, or wakes who reads it."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a turn's answer; `sequence` counts from 0 within an attempt, without gaps unless one was lost."""

    attempt: int
    sequence: int
    text: str

    @property
    def id(self) -> str:
        """Return the delta's place as `attempt.sequence`."""
        return f"{self.attempt}.{self.sequence}"


@dataclass(frozen=True, slots=True)
class Reset:
    """The text so far is void: `attempt` begins anew."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Done:
    """The turn ended; nothing follows."""

    result: TurnResult


StreamEntry = Delta | Reset | Done


def inbox_key(name: str) -> str:
    """Return the Redis key of the inbox that a turn's row names."""
    return f"mevichat:inbox:{name}"


def turn_key(turn_id: UUID | str) -> str:
    """Return the Redis key of a turn's own stream."""
    return f"mevichat:turn:{turn_id}"


def write_entry(entry: StreamEntry) -> Fields:
    """Return an entry's fields."""
    match entry:
        case Delta(attempt, sequence, text):
            # The text is the provider's: a lone surrogate must not break the stream.
            data = text.encode("utf-8", "replace")
            return {b"k": b"delta", b"a": b"%d" % attempt, b"s": b"%d" % sequence, b"t": data}
        case Reset(attempt):
            return {b"k": b"reset", b"a": b"%d" % attempt}
        case Done(result):
            return {b"k": b"done", b"r": orjson.dumps(result.to_primitives())}


def read_entry(fields: Fields) -> StreamEntry | None:
    """Return the entry, or None for a marker and for kinds that a newer writer may add."""
    kind = fields.get(b"k")
    if kind == b"delta":
        return Delta(int(fields[b"a"]), int(fields[b"s"]), fields[b"t"].decode())
    if kind == b"reset":
        return Reset(int(fields[b"a"]))
    if kind == b"done":
        return Done(TurnResult.from_primitives(orjson.loads(fields[b"r"])))
    return None
