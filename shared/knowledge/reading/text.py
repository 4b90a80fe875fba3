"""Bytes into text, whatever encoding they came in."""

from __future__ import annotations

import codecs
import re

from shared.domain.documents import ReadingFault
from shared.knowledge.blocks import Block, BlockKind
from shared.knowledge.passages import paragraphs_of
from shared.knowledge.reading.errors import CannotReadError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES = 65_536
"""What the encoding is guessed from."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MOST_CONTROLS_SHARE = 0.01
"""Of a text; a file with more of them is none."""


def decode(content: bytes, named: str | None = None) -> str:
    """Return the text: by its byte order mark, as UTF-8, in the encoding that it names, or by a guess.

    Raises CannotReadError when the bytes are no text.
    """
    text = _decoded(content, named)
    if text is None or len(CONTROL.findall(text)) > MOST_CONTROLS_SHARE * len(text):
        raise CannotReadError(ReadingFault.UNSUPPORTED)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(content: bytes) -> list[Block]:
    """Return the paragraphs of a plain text."""
    return [Block(BlockKind.PARAGRAPH, paragraph) for paragraph in paragraphs_of(decode(content))]


def _decoded(content: bytes, named: str | None) -> str | None:
    marked = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), None)
    for encoding in filter(None, (marked, "utf-8", named)):
        try:
            return content.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    guessed = _guess(content[:SAMPLE_BYTES])
    return None if guessed is None else content.decode(guessed, errors="replace")


def _guess(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few files need it

    best = from_bytes(sample).best()
    return None if best is None else best.encoding
