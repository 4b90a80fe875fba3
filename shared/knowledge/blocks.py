"""What a document's text is made of, whatever format it came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto


class BlockKind(Enum):
    """What a block is: it decides where it may be cut, and how it stands beside the next one."""

    HEADING = auto()
    PARAGRAPH = auto()
    ITEM = auto()
    ROW = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document between two borders of its format; `level` is a heading's, 1 the highest."""

    kind: BlockKind
    text: str
    level: int = 0


def row_block(names: Sequence[str], values: Sequence[str]) -> Block | None:
    """Return a table's row that is understood alone, one `name: value` a line; None when it has no value."""
    named = [*names, *("" for _ in values[len(names) :])]
    lines = [f"{name}: {value}" if name else value for name, value in zip(named, values, strict=False) if value]
    return Block(BlockKind.ROW, "\n".join(lines)) if lines else None
