"""What a reply was answered from, as it is kept and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from shared.domain.chat import Passage

NONE: Final[list[dict[str, Any]]] = []
"""Most replies have no sources; they share one list, which nobody changes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that the model was given: of which document, by its id and title, and the how manieth of it."""

    document_id: str
    title: str
    passage: int

    def to_primitives(self) -> dict[str, Any]:
        """Return the source as JSON-ready values."""
        return {"document_id": self.document_id, "title": self.title, "passage": self.passage}

    @classmethod
    def from_primitives(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a source; unknown names are ignored so that newer writers may add some."""
        return cls(values["document_id"], values["title"], values["passage"])


def sources_of(passages: Iterable[Passage]) -> tuple[Source, ...]:
    """Return where the passages stand, in their order."""
    return tuple(Source(str(passage.document_id), passage.title, passage.ordinal) for passage in passages)


def read_sources(values: Iterable[Mapping[str, Any]] | None) -> tuple[Source, ...]:
    """Return the sources that JSON values hold, none for None."""
    return tuple(Source.from_primitives(value) for value in values or ())


def write_sources(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return the sources as JSON-ready values."""
    return [source.to_primitives() for source in sources] if sources else NONE
