"""Vectors as the simulator makes them: texts that share pieces of words are near each other; pure."""

from __future__ import annotations

import hashlib
import re
from typing import Any

DIMENSIONS = 256
PIECE = 3
WORD = re.compile(r"\w+")
REFUSED_WORD = "unembeddable"
"""A text that holds it is refused, as servers refuse one that is too long for them."""


def refused_text(values: dict[str, Any]) -> bool:
    """Tell whether one of the texts is not taken; then none of the request is."""
    return REFUSED_WORD in str(values.get("input", "")).lower()


def embeddings_body(values: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request for vectors, in OpenAI's form."""
    asked = values.get("input", [])
    texts = [asked] if isinstance(asked, str) else asked
    dimensions = values.get("dimensions", DIMENSIONS)
    tokens = sum(len(WORD.findall(text)) for text in texts)
    data = [
        {"object": "embedding", "index": index, "embedding": vector_of(text, dimensions)}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": values.get("model"), "usage": usage}


def vector_of(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Return a vector of length 1: each piece of a word adds to the place that its hash names."""
    vector = [0.0] * dimensions
    for word in WORD.findall(text.lower()):
        framed = f"<{word}>"
        for at in range(len(framed) - PIECE + 1):
            place = int.from_bytes(hashlib.blake2b(framed[at : at + PIECE].encode(), digest_size=4).digest())
            vector[place % dimensions] += 1.0
    length = sum(number * number for number in vector) ** 0.5
    return [number / length for number in vector] if length else [1.0, *vector[1:]]
