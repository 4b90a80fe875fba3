"""Cuts passages into the sentences that Mini may quote, each with what stands above it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.domain.chat import Passage
from shared.domain.table_text import PROSE_END, table_rows
from shared.domain.wording import Language

PARAGRAPH_BORDER = re.compile(r"\n[ \t]*\n\s*")
SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”»)\]]*+\s+")
"""Each run of marks is tried once: a text of dots alone must not cost its square."""
LONGEST_SPECIAL = 32
"""No abbreviation, initial or day before a full stop is longer; so much is looked at, however long the text is."""
LAST_WORD = re.compile(r"(\S+)$")
NEXT_WORD = re.compile(r"\w+")
HEADING = re.compile(r"#{1,6}\s+")
BULLET = re.compile(r"(?:[-*•\u2013>]|\d{1,2}[.)])\s+")
LABEL = re.compile(r"[QA]\s*[:.]\s+")
"""As lists of questions and answers mark theirs."""
NAMED = re.compile(r"[^\W_][^:]{0,60}:\s+\S")
"""A value with its name before it: so a row of an uploaded table is written, a line for each of its cells."""
EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
HEADING_WORDS = 6
"""A line of more words than this is no heading, however bare it stands."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What may be quoted: the text, the heading (or question) above it, and the document's title."""

    title: str
    heading: str
    text: str


def sentences_of(passages: Sequence[Passage], language: Language) -> tuple[Sentence, ...]:
    """Return the passages' sentences in order, each once."""
    return tuple(dict.fromkeys(one for passage in passages for one in _of_passage(passage, language)))


def split_sentences(text: str, language: Language) -> list[str]:
    """Cut running text at the ends of its sentences; "e.g.", "3.5", "Dr." and "3. Mai" are none."""
    cuts = [end.end() for end in SENTENCE_END.finditer(text) if _is_end(text, end, language)]
    parts = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [part for part in parts if part]


def _is_end(text: str, end: re.Match[str], language: Language) -> bool:
    if not end.group().startswith("."):
        return True
    before, after = (
        LAST_WORD.search(text[max(0, end.start() - LONGEST_SPECIAL) : end.start()]),
        NEXT_WORD.match(text, end.end()),
    )
    last = before.group().lstrip("(\"'„«“").lower() if before else ""
    following = after.group() if after else ""
    if last in language.abbreviations or following[:1].islower():
        return False
    is_initial = len(last) == 1 and last.isalpha()
    return not is_initial and not (last.isdigit() and following.lower() in language.months)


def _of_passage(passage: Passage, language: Language) -> Iterator[Sentence]:
    heading = ""
    paragraphs = [part for part in PARAGRAPH_BORDER.split(passage.text) if part.strip()]
    for at, paragraph in enumerate(paragraphs):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        rows = table_rows(lines)
        if rows is not None:
            yield from (Sentence(passage.title, heading, text) for text in _row_texts(rows))
            continue
        if _is_row(lines):
            yield Sentence(passage.title, heading, ", ".join(line.rstrip(".;,") for line in lines))
            continue
        is_last = at == len(paragraphs) - 1
        for is_heading, text in _lines_read(lines, is_last=is_last):
            if is_heading:
                heading = text
            else:
                yield from (Sentence(passage.title, heading, one) for one in split_sentences(text, language))


def _is_row(lines: Sequence[str]) -> bool:
    """Tell a table's row from prose with colons, whose lines all end as sentences do, and from questions and answers."""
    is_named = len(lines) > 1 and all(NAMED.match(line) and not LABEL.match(line) for line in lines)
    return (
        is_named and not all(line.endswith(PROSE_END) for line in lines) and not any(line[-1] == "?" for line in lines)
    )


def _row_texts(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    header = rows[0]
    for row in rows[1:]:
        cells = (f"{name}: {cell}" if name else cell for name, cell in zip(header, row, strict=True) if cell)
        yield ", ".join(cells)


def _lines_read(lines: Sequence[str], *, is_last: bool) -> Iterator[tuple[bool, str]]:
    """Yield each line without its marks, and whether it is a heading; a list goes with the line that opens it."""
    left = list(lines)
    while left:
        line = left.pop(0)
        text = _plain(line)
        if not text:
            continue
        if text.endswith(":") and left:
            yield False, f"{text} {_list(left)}"
        else:
            yield _is_heading(line, text, is_alone=is_last and not left, is_first=len(left) == len(lines) - 1), text


def _list(left: list[str]) -> str:
    """Take the lines that belong to the opened list, as one text."""
    is_marked = BULLET.match(left[0]) is not None
    items: list[str] = []
    while left and (BULLET.match(left[0]) is not None) is is_marked and not HEADING.match(left[0]):
        items.append(_plain(left.pop(0)))
        if not is_marked:
            return items[0]
    return ", ".join(item.rstrip(".;,") for item in items) + "."


def _is_heading(line: str, text: str, *, is_alone: bool, is_first: bool) -> bool:
    if is_alone:
        return False
    if HEADING.match(line) or text.endswith("?"):
        return True
    is_bare = text[-1] not in ".!?…,;" and len(text.split()) <= HEADING_WORDS and not BULLET.match(line)
    return is_first and is_bare and not any(letter.isdigit() for letter in text)


def _plain(line: str) -> str:
    for mark in (HEADING, BULLET, LABEL):
        line = mark.sub("", line, count=1) if mark.match(line) else line
    return EMPHASIS.sub(r"\2", line).strip()
