"""What a question asks of a bot's passages, before and after it is decided how they are searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of the question as it is indexed. `passages`: in how many of the bot's it stands.

    `is_earlier`: it stands only in what was asked before. `similar`: for a word that stands in none, words of the bot's that look like it, each with its passages.
    """

    word: str
    passages: int
    is_earlier: bool = False
    similar: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question's words, beside how many passages the bot has and how many different words one holds on average."""

    words: tuple[QuestionWord, ...]
    passages: int
    average_words: float


@dataclass(frozen=True, slots=True)
class WordSearch:
    """How passages are found and ranked by words.

    `weights`: what each word adds where it stands. A passage is a candidate that holds one of `rare`, or all of
    one of the groups of `common`; `average_words` is the length that is neither too long nor too short.
    """

    weights: Mapping[str, float]
    rare: tuple[str, ...]
    common: tuple[tuple[str, ...], ...]
    average_words: float
