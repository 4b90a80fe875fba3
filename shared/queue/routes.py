"""Which queue and which actor each message goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Route:
    """A dramatiq queue and the actor in it that a message is for."""

    queue: str
    actor: str


COMPLETE_TURN: Final = Route("completions", "complete_turn")
"""`complete_turn(turn_id: str)`: one turn became ready."""

VALIDATE_KEY: Final = Route("validation", "validate_key")
"""`validate_key(event: dict)`: a key was refused; the event's primitives."""

COUNT_USAGE: Final = Route("ledger", "count_usage")
"""`count_usage(event: dict)`: an attempt's usage was recorded; the event's primitives."""

READ_DOCUMENT: Final = Route("documents", "read_document")
"""`read_document(event: dict)`: a document's file waits to be read; the event's primitives."""

DELIVER_NOTICE: Final = Route("notices", "deliver_notice")
"""`deliver_notice(event: dict)`: a notice waits to be delivered; the event's primitives."""
