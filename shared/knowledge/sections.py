"""Cut a document's blocks into passages, each of one section and with the headings that it stands under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.knowledge.blocks import Block, BlockKind
from shared.knowledge.passages import PASSAGE_CHARACTERS, fitting_pieces

LONGEST_HEADING = 120
"""Characters; what is longer is a paragraph that somebody set in large letters."""


@dataclass(frozen=True, slots=True)
class SectionPassage:
    """A passage and its `path`: the headings above it, the outermost first."""

    path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    path: tuple[str, ...]
    blocks: list[Block]


def cut_into_passages(blocks: Iterable[Block], longest: int = PASSAGE_CHARACTERS) -> list[SectionPassage]:
    """Return the passages in order, none longer than `longest` characters, none empty.

    No passage reaches over a heading. Rows and code stay whole while they fit; what is too long alone is cut where
    its kind allows it. Every heading stands in a path, or as a text where nothing stands under it.
    """
    return [
        SectionPassage(section.path, text)
        for section in _sections(blocks)
        for text in _texts_of(section.blocks, longest)
    ]


def _sections(blocks: Iterable[Block]) -> list[_Section]:
    sections = [_Section((), [])]
    above: list[Block] = []
    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind is not BlockKind.HEADING or len(block.text) > LONGEST_HEADING:
            sections[-1].blocks.append(block)
            continue
        if above and block.level <= above[-1].level:
            _say_lonely_heading(sections)
        above = [heading for heading in above if heading.level < block.level] + [block]
        sections.append(_Section(tuple(heading.text for heading in above), []))
    _say_lonely_heading(sections)
    return sections


def _say_lonely_heading(sections: list[_Section]) -> None:
    """Let a heading that nothing stands under be a text of its own: else no passage would hold it."""
    last = sections[-1]
    if last.path and not last.blocks:
        sections[-1] = _Section(last.path[:-1], [Block(BlockKind.PARAGRAPH, last.path[-1])])


def _texts_of(blocks: Iterable[Block], longest: int) -> list[str]:
    """Put neighbours together while they fit."""
    texts: list[str] = []
    before: BlockKind | None = None
    for block in blocks:
        glue = "\n" if block.kind is before is BlockKind.ITEM else "\n\n"
        for piece in _pieces_of(block, longest):
            if texts and len(texts[-1]) + len(glue) + len(piece) <= longest:
                texts[-1] += glue + piece
            else:
                texts.append(piece)
        before = block.kind
    return texts


def _pieces_of(block: Block, longest: int) -> list[str]:
    if block.kind is BlockKind.CODE:
        return _pieces_of_code(block.text, longest)
    return fitting_pieces(block.text, longest)


def _pieces_of_code(text: str, longest: int) -> list[str]:
    """Cut between lines, and a line that is too long anywhere; what leads a line stays."""
    text = text.strip("\n").rstrip()
    if len(text) <= longest:
        return [text] if text.strip() else []
    parts = [line[start : start + longest] for line in text.split("\n") for start in range(0, len(line) or 1, longest)]
    pieces: list[str] = []
    for part in parts:
        if pieces and len(pieces[-1]) + 1 + len(part) <= longest:
            pieces[-1] += "\n" + part
        else:
            pieces.append(part)
    return [piece for piece in pieces if piece.strip()]
