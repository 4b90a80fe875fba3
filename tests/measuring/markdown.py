"""Tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WORDS_ALONE = slice(0)


def table_lines(heads: Sequence[str], rows: Iterable[Sequence[str]], *, figures: slice = WORDS_ALONE) -> list[str]:
    """Return a table's lines; columns of `figures` end at the right."""
    rules = ["---"] * len(heads)
    rules[figures] = ["---:"] * len(rules[figures])
    return [_line(heads), f"|{'|'.join(rules)}|", *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
