"""What the ranking is measured against: plain BM25 by bm25s, over the same passages."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s

from tests.retrieval.quality import SEARCHED
from tests.retrieval.shop import Text


class PlainBm25:
    """An index in memory, English stop words left out, as bm25s does it by itself."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._names = [text.name for text in texts]
        self._retriever = bm25s.BM25()
        said = [f"{text.title} {text.text}" for text in texts]
        self._retriever.index(bm25s.tokenize(said, stopwords="en", show_progress=False), show_progress=False)

    def search(self, question: str) -> list[str]:
        """Return the names of the closest passages."""
        tokens = bm25s.tokenize(question, stopwords="en", show_progress=False)
        found, scores = self._retriever.retrieve(tokens, k=SEARCHED, show_progress=False)
        return [self._names[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0]
