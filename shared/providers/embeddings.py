"""Texts as vectors, by a server of the platform's own that speaks OpenAI's `/embeddings`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import aiohttp
import orjson

from shared.clock import monotonic_seconds
from shared.domain.embedding_failure import EmbeddingFailure
from shared.domain.secret import Secret
from shared.settings import Settings

QUIET_SECONDS: Final = 5.0
"""So long a server that failed is not asked about a question: turns do not wait for it one after the other."""

ABOUT_THE_TEXT: Final = (400, 413, 422)
"""Statuses by which servers say that a text is too long or otherwise not to their taste."""
MOST_NUMBERS: Final = 4_000
"""A longer vector fits into no page of PostgreSQL."""

Vector = tuple[float, ...]


@dataclass(slots=True)
class Embedder:
    """Asks for vectors; `dimensions` None leaves their length to the server."""

    session: aiohttp.ClientSession
    base_url: str
    model: str
    key: Secret
    dimensions: int | None = None
    question_seconds: float = 0.3
    _quiet_until: float = 0.0

    @property
    def name(self) -> str:
        """Return what vectors are kept under: those of other names cannot be compared with them."""
        return f"{self.model}@{self.dimensions or 'own'}"

    async def embed_question(self, question: str) -> Vector | EmbeddingFailure:
        """Return the question's vector, or why there is none; it takes no longer than `question_seconds`."""
        if monotonic_seconds() < self._quiet_until:
            return EmbeddingFailure.QUIET
        vectors = await self.embed([question], timeout_seconds=self.question_seconds)
        if isinstance(vectors, EmbeddingFailure):
            if vectors.is_of_the_server:
                self.be_quiet(QUIET_SECONDS)
            return vectors
        return vectors[0]

    def be_quiet(self, seconds: float) -> None:
        """Ask for no question's vector for so long."""
        self._quiet_until = monotonic_seconds() + seconds

    async def embed(self, texts: Sequence[str], *, timeout_seconds: float) -> list[Vector] | EmbeddingFailure:
        """Return a vector for each text, or why there are none."""
        body: dict[str, Any] = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        if self.dimensions is not None:
            body["dimensions"] = self.dimensions
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._post(body, len(texts))
        except TimeoutError:
            return EmbeddingFailure.TIMEOUT
        except (aiohttp.ClientError, OSError):
            return EmbeddingFailure.CONNECTION

    async def _post(self, body: dict[str, Any], count: int) -> list[Vector] | EmbeddingFailure:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key.open()}"
        async with self.session.post(
            f"{self.base_url}/embeddings",
            data=orjson.dumps(body),
            headers=headers,
            allow_redirects=False,
            auto_decompress=True,
        ) as answer:
            content = await answer.read()
        if not answer.ok:
            return EmbeddingFailure.TEXT_REFUSED if answer.status in ABOUT_THE_TEXT else EmbeddingFailure.REFUSED
        return read_vectors(content, count)


def read_vectors(content: bytes, count: int) -> list[Vector] | EmbeddingFailure:
    """Return the answer's vectors in the order of the texts; pure."""
    try:
        rows = sorted(orjson.loads(content)["data"], key=lambda row: row["index"])
        vectors = [tuple(float(number) for number in row["embedding"]) for row in rows]
    except (KeyError, TypeError, ValueError):
        return EmbeddingFailure.UNREADABLE
    lengths = {len(vector) for vector in vectors}
    is_whole = len(vectors) == count and len(lengths) == 1 and 0 < max(lengths) <= MOST_NUMBERS
    return vectors if is_whole and all(isfinite(n) for v in vectors for n in v) else EmbeddingFailure.UNREADABLE


def open_embedder(settings: Settings, session: aiohttp.ClientSession) -> Embedder | None:
    """Return what the platform set for embeddings, None where it set nothing."""
    if settings.embedding_base_url is None:
        return None
    return Embedder(
        session,
        settings.embedding_base_url,
        settings.embedding_model,
        Secret(settings.embedding_api_key or ""),
        settings.embedding_dimensions,
        settings.embedding_question_seconds,
    )
