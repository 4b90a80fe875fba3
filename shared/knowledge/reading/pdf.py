"""PDF: the text of each page, under its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from shared.domain.documents import ReadingFault, ReadingLimits
from shared.knowledge.blocks import Block, BlockKind
from shared.knowledge.passages import paragraphs_of
from shared.knowledge.reading.errors import CannotReadError

TellPages = Callable[[int, int], None]
"""Is told how many pages are read, and of how many."""


def read_pdf(content: bytes, limits: ReadingLimits, tell: TellPages) -> list[Block]:
    """Return the paragraphs of each page; raises CannotReadError."""
    try:
        return list(_blocks(_open(content), limits, tell))
    except LimitReachedError:
        raise CannotReadError(ReadingFault.TOO_HEAVY) from None
    except DependencyError:
        raise CannotReadError(ReadingFault.ENCRYPTED) from None
    except PyPdfError:
        raise CannotReadError(ReadingFault.DAMAGED) from None


def _open(content: bytes) -> PdfReader:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):  # many are locked for printing only, by an empty password
        raise CannotReadError(ReadingFault.ENCRYPTED)
    return reader


def _blocks(reader: PdfReader, limits: ReadingLimits, tell: TellPages) -> Iterator[Block]:
    pages = len(reader.pages)
    if pages > limits.pages:
        raise CannotReadError(ReadingFault.TOO_MANY_PAGES)
    characters = 0
    for number in range(1, pages + 1):
        text = reader.pages[number - 1].extract_text()
        characters += len(text)
        if characters > limits.characters:
            raise CannotReadError(ReadingFault.TOO_LONG)
        tell(number, pages)
        paragraphs = paragraphs_of(text)
        if paragraphs:
            yield Block(BlockKind.HEADING, f"page {number}", level=1)
            yield from (Block(BlockKind.PARAGRAPH, paragraph) for paragraph in paragraphs)
