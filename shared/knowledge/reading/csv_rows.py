"""CSV: every row with the names of its columns."""

from __future__ import annotations

import csv
from io import StringIO

from shared.knowledge.blocks import Block, BlockKind, row_block
from shared.knowledge.reading.text import decode

SAMPLE_CHARACTERS = 65_536
DELIMITERS = ",;\t|"
LONGEST_FIELD = 1_000_000


def read_csv(content: bytes) -> list[Block]:
    """Return a row's block for each line behind the first, which names the columns."""
    text = decode(content)
    csv.field_size_limit(LONGEST_FIELD)
    rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(StringIO(text), _dialect(text)) if any(row)]
    names, values = (rows[0], rows[1:]) if rows else ([], [])
    if names and not values:
        return [Block(BlockKind.ROW, " | ".join(filter(None, names)))]
    return [block for row in values if (block := row_block(names, row))]


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(text[:SAMPLE_CHARACTERS], DELIMITERS)
    except csv.Error:  # one column, or nothing regular
        return csv.excel
