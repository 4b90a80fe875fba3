"""A file into passages, or the reason why not: the one way in to this room."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.documents import ReadingFault, ReadingLimits
from shared.domain.text_rules import storable_text
from shared.knowledge.blocks import Block
from shared.knowledge.reading.csv_rows import read_csv
from shared.knowledge.reading.errors import CannotReadError
from shared.knowledge.reading.formats import Format, format_of
from shared.knowledge.reading.html import read_html
from shared.knowledge.reading.markdown import read_markdown
from shared.knowledge.reading.pdf import TellPages, read_pdf
from shared.knowledge.reading.text import read_text
from shared.knowledge.sections import SectionPassage, cut_into_passages

READERS = {
    Format.TEXT: read_text,
    Format.MARKDOWN: read_markdown,
    Format.HTML: read_html,
    Format.CSV: read_csv,
}


def read_file(
    content: bytes, file_name: str, limits: ReadingLimits, tell: TellPages
) -> list[SectionPassage] | ReadingFault:
    """Return the file's passages, at least one; or what is wrong with it.

    It costs CPU and memory as the file likes: call it in a process that may be killed.
    """
    try:
        kind = format_of(content, file_name)
        blocks = read_pdf(content, limits, tell) if kind is Format.PDF else READERS[kind](content)
        return _passages(blocks, limits)
    except CannotReadError as refused:
        return refused.fault
    except (MemoryError, RecursionError):
        return ReadingFault.TOO_HEAVY


def _passages(blocks: Iterable[Block], limits: ReadingLimits) -> list[SectionPassage]:
    storable = [Block(block.kind, storable_text(block.text), block.level) for block in blocks]
    if sum(len(block.text) for block in storable) > limits.characters:
        raise CannotReadError(ReadingFault.TOO_LONG)
    passages = cut_into_passages(storable)
    if not passages:
        raise CannotReadError(ReadingFault.NO_TEXT)
    if len(passages) > limits.passages_of_bot:
        raise CannotReadError(ReadingFault.BOT_FULL)
    return passages
