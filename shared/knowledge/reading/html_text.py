"""Gathers the text of a page, element by element, into blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.knowledge.blocks import Block, BlockKind, row_block

HEADINGS = {f"h{level}": level for level in range(1, 7)}
CELLS = frozenset(("td", "th"))
BORDERS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "form", "header", "hr", "legend", "li", "main", "ol", "p", "pre", "section",
     "summary", "table", "caption", "tr", "ul", *HEADINGS)
)  # fmt: skip
"""Elements that begin and end a block."""
LINE_BREAK = "\u2028"
"""Unicode's own; a line feed is white space to HTML."""
LINKED = ("http://", "https://", "mailto:", "tel:")


@dataclass(slots=True)
class _Table:
    """A table under way: the names of its columns once they are known, and the row that is read."""

    names: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    is_heading: bool = True
    has_rows: bool = False


class HtmlText:
    """What was read of a page so far. A cell's text is one line, whatever stands in the cell."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._words: list[str] = []
        self._tables: list[_Table] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self._code_depth = 0
        self._cell_depth = 0

    def say(self, text: str) -> None:
        """Take in a text."""
        self._words.append(text)

    def enter(self, tag: str) -> None:
        """Begin an element."""
        if tag in BORDERS:
            self._border()
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._mark = self._next_mark()
        elif tag == "table":
            self._tables.append(_Table())
        elif tag in CELLS and self._tables:
            self._begin_cell(tag)
        elif tag == "pre":
            self._code_depth += 1

    def leave(self, tag: str, node: Any) -> None:
        """End an element."""
        if tag == "br":
            self._words.append(LINE_BREAK)
        elif tag == "a":
            self._say_link(node)
        elif tag in CELLS and self._tables:
            self._end_cell()
        elif tag in BORDERS:
            self._border(HEADINGS.get(tag))
        self._end_structure(tag)

    def end(self) -> list[Block]:
        """Return the blocks of the whole page."""
        self._border()
        return self._blocks

    def _end_structure(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "tr" and self._tables:
            self._end_row(self._tables[-1])
        elif tag == "table" and self._tables:
            self._end_table(self._tables.pop())
        elif tag == "pre":
            self._code_depth -= 1

    def _border(self, level: int | None = None) -> None:
        """End the block that was read, unless it stands in a cell: there the words go on."""
        if self._cell_depth:
            self._words.append(" ")
            return
        raw, self._words = "".join(self._words), []
        text = raw.replace(LINE_BREAK, "\n") if self._code_depth else _in_lines(raw)
        if not text.strip():
            return
        if level is not None:
            self._blocks.append(Block(BlockKind.HEADING, " ".join(text.split()), level))
        elif self._code_depth:
            self._blocks.append(Block(BlockKind.CODE, text))
        else:
            mark, self._mark = self._mark, ""
            self._blocks.append(Block(BlockKind.ITEM if self._lists else BlockKind.PARAGRAPH, mark + text))

    def _next_mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _say_link(self, node: Any) -> None:
        address = (node.attributes.get("href") or "").strip()
        if address.startswith(LINKED) and address not in "".join(self._words[-3:]):
            self._words.append(f" ({address})")

    def _begin_cell(self, tag: str) -> None:
        self._border()
        self._cell_depth += 1
        if tag == "td":
            self._tables[-1].is_heading = False

    def _end_cell(self) -> None:
        text, self._words = " ".join("".join(self._words).split()), []
        self._cell_depth = max(self._cell_depth - 1, 0)
        self._tables[-1].row.append(text)

    def _end_row(self, table: _Table) -> None:
        row, is_heading = table.row, table.is_heading
        table.row, table.is_heading = [], True
        if is_heading and not table.names:
            table.names = row
        elif block := row_block(table.names, row) if table.names else _plain_row(row):
            table.has_rows = True
            self._blocks.append(block)

    def _end_table(self, table: _Table) -> None:
        if not table.has_rows and (block := _plain_row(table.names)):
            self._blocks.append(block)


def _plain_row(cells: list[str]) -> Block | None:
    text = " | ".join(cell for cell in cells if cell)
    return Block(BlockKind.ROW, text) if text else None


def _in_lines(text: str) -> str:
    """Return the text as a browser would set it: white space counts once, and only a line break begins a line."""
    return "\n".join(" ".join(line.split()) for line in text.split(LINE_BREAK)).strip()
