"""Finds the sentences of a bot's documents that a question asks for. Pure; no model, no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.chat import Passage

WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
MARKUP = re.compile(r"^[#>*\-\s]+")
MOST_SENTENCES = 3
SHARE_OF_BEST = 0.5
"""A sentence is quoted when it shares at least this part of the best one's weight."""
STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "shall",
        "she",
        "so",
        "tell",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ],
)

SHORTEST_PLURAL = 4


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence and the title of the document that it stands in."""

    title: str
    sentence: str


def find_quotes(question: str, passages: Sequence[Passage]) -> tuple[Quote, ...]:
    """Return the sentences that share most words with the question, in the documents' order; none if none does.

    A rare word weighs more: one that stands in few of the sentences tells more about what is asked.
    """
    quotes = list(dict.fromkeys(quote for passage in passages for quote in _quotes_of(passage)))
    words = [_words(quote.sentence) for quote in quotes]
    asked = _words(question)
    weights = {word: 1 / (1 + sum(word in sentence for sentence in words)) for word in asked}
    scores = [sum(weights[word] for word in asked & sentence) for sentence in words]
    best = sorted(range(len(quotes)), key=lambda at: -scores[at])[:MOST_SENTENCES]
    return tuple(quotes[at] for at in sorted(best) if scores[at] and scores[at] >= SHARE_OF_BEST * max(scores))


def _quotes_of(passage: Passage) -> list[Quote]:
    sentences = (MARKUP.sub("", part).strip() for part in SENTENCE_END.split(passage.text))
    return [Quote(passage.title, sentence) for sentence in sentences if sentence]


def _words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in WORD.findall(text.lower()) if word not in STOP_WORDS)


def _stem(word: str) -> str:
    """Cut the plural, so that "refunds" finds "refund"."""
    return word[:-1] if len(word) >= SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss") else word
