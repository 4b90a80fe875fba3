"""The error of the estimate for each kind of text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bpe_openai import get_encoding

from services.workers.completion.tokens import count_bytes, estimate_tokens

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENCODING = "o200k_base"
SOURCES = {
    "Python source": ("shared", "*.py"),
    "SQL": ("shared/store/sql", "*.sql"),
    "Markdown": ("docs", "*.md"),
    "HTML": ("services/dashboard/templates", "*.html"),
}
"""Texts that the repository holds anyway, as code that somebody pastes into a chat."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of text: its tokens by the tokenizer and by the estimate."""

    name: str
    tokens: int
    estimated: int
    characters: int
    bytes: int

    @property
    def error(self) -> float:
        """Return how far the estimate is off: 0.1 is a tenth too much."""
        return self.estimated / self.tokens - 1

    @property
    def error_of_four_characters(self) -> float:
        """Return how far four characters a token would be off, for comparison."""
        return self.characters / 4 / self.tokens - 1


def measure() -> list[Measured]:
    """Measure every language and every kind of source, the most underrated first."""
    encoding = get_encoding(ENCODING)
    measured = [
        Measured(name, len(encoding.encode(text)), estimate_tokens(text), len(text), count_bytes(text))
        for name, text in _texts()
    ]
    return sorted(measured, key=lambda each: each.error)


def mean_error(measured: list[Measured]) -> float:
    """Return by how much the estimate is off on average, whichever way."""
    return sum(abs(each.error) for each in measured) / len(measured)


def _texts() -> Iterator[tuple[str, str]]:
    yield from tomllib.loads((HERE / "talks.toml").read_text(encoding="utf-8")).items()
    for name, (folder, pattern) in SOURCES.items():
        files = sorted((ROOT / folder).rglob(pattern))
        yield name, "\n".join(file.read_text(encoding="utf-8") for file in files)[:100_000]
