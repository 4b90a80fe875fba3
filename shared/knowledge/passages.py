"""Cut a document's text into passages, the pieces that a bot finds and quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.domain.table_text import table_rows

PASSAGE_CHARACTERS = 800
"""About a long paragraph: small enough to be to the point, long enough to be understood alone."""

_PARAGRAPH_BORDER = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE_BORDER = re.compile(r"(?<=[.!?…])\s+")
_WORD_BORDER = re.compile(r"\s+")


def split_into_passages(text: str, longest: int = PASSAGE_CHARACTERS) -> list[str]:
    """Return the text's passages in order, none longer than `longest` characters, none empty.

    Paragraphs stay whole and short ones share a passage; a paragraph that is too long is cut between lines, a line
    between sentences, a sentence between words, a word anywhere. Each passage of a table begins with its header.
    """
    pieces = [piece for paragraph in _PARAGRAPH_BORDER.split(text) for piece in fitting_pieces(paragraph, longest)]
    return _joined(pieces, "\n\n", longest)


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of a plain text, parted by empty lines; none is empty."""
    return [paragraph.strip() for paragraph in _PARAGRAPH_BORDER.split(text) if paragraph.strip()]


def fitting_pieces(paragraph: str, longest: int) -> list[str]:
    """Return the paragraph whole when it fits, else cut between sentences, words or anywhere."""
    paragraph = paragraph.strip()
    if len(paragraph) <= longest:
        return [paragraph] if paragraph else []
    lines = [line for line in paragraph.splitlines() if line.strip()]
    if table_rows(lines) is not None and 2 * max(map(len, lines)) < longest:
        return _tables(lines, longest)
    return _joined([part for line in lines for part in _short_lines(line, longest)], "\n", longest)


def _tables(lines: Sequence[str], longest: int) -> list[str]:
    header, *rows = lines
    return [f"{header}\n{part}" for part in _joined(rows, "\n", longest - len(header) - 1)]


def _short_lines(line: str, longest: int) -> list[str]:
    sentences = [part for sentence in _SENTENCE_BORDER.split(line) for part in _short_parts(sentence, longest)]
    return _joined(sentences, " ", longest)


def _short_parts(sentence: str, longest: int) -> list[str]:
    if len(sentence) <= longest:
        return [sentence] if sentence else []
    words = [
        word[start : start + longest] for word in _WORD_BORDER.split(sentence) for start in range(0, len(word), longest)
    ]
    return _joined(words, " ", longest)


def _joined(pieces: Sequence[str], glue: str, longest: int) -> list[str]:
    """Put neighbours together while they fit."""
    joined: list[str] = []
    for piece in pieces:
        if joined and len(joined[-1]) + len(glue) + len(piece) <= longest:
            joined[-1] += glue + piece
        else:
            joined.append(piece)
    return joined
