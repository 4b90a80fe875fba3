"""Passages as they are kept: under the document's title and the headings above them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.knowledge.sections import SectionPassage
from shared.store.documents.rows import NewPassage

ARROW = " > "


def headed_passages(title: str, passages: Iterable[SectionPassage]) -> list[NewPassage]:
    """Return the passages with titles like `Returns > Refunds`, which are searched, and named as the source."""
    return [NewPassage(ARROW.join(_heads(title, passage.path)), passage.text) for passage in passages]


def _heads(title: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """Most documents say their title once more as their first heading."""
    return path if path and path[0].casefold() == title.casefold() else (title, *path)
