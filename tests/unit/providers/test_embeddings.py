"""What a server of vectors may answer."""

from __future__ import annotations

import orjson
import pytest

from shared.domain.embedding_failure import EmbeddingFailure
from shared.providers.embeddings import MOST_NUMBERS, read_vectors


def answer(*vectors: tuple[int, list[float]]) -> bytes:
    return orjson.dumps({"data": [{"index": index, "embedding": vector} for index, vector in vectors]})


def test_vectors_come_in_the_order_of_the_texts() -> None:
    assert read_vectors(answer((1, [0.5]), (0, [1.0])), 2) == [(1.0,), (0.5,)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"data": 3}',
        b'{"data": [{"index": 0}]}',
        answer(),
        answer((0, [])),
        answer((0, [1.0]), (1, [1.0])),
        answer((0, [0.0] * (MOST_NUMBERS + 1))),
        b'{"data": [{"index": 0, "embedding": ["x"]}]}',
        b'{"data": [{"index": 0, "embedding": [null]}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
    ],
)
def test_anything_else_is_unreadable(content: bytes) -> None:
    assert read_vectors(content, 1) is EmbeddingFailure.UNREADABLE


def test_vectors_of_unlike_length_are_unreadable() -> None:
    assert read_vectors(answer((0, [1.0]), (1, [1.0, 2.0])), 2) is EmbeddingFailure.UNREADABLE
