"""How people word questions in each language: stop words, what leans on the past, what asks for an amount. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

ENGLISH = "en"
"""The language of a text that shows none."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Language:
    """One language; what the fields mean stands in `wording.toml`. `alike` leads from a word to its group."""

    code: str
    stop_words: frozenset[str]
    abbreviations: frozenset[str]
    months: frozenset[str]
    follow_up: tuple[tuple[str, ...], ...]
    pointing: frozenset[str]
    amount: tuple[tuple[str, ...], ...]
    alike: Mapping[str, tuple[str, ...]]

    def content_words(self, text: str) -> tuple[str, ...]:
        """Return what the text is about: its words in order, less the stop words, each once."""
        return tuple(dict.fromkeys(word for word in words_of(text) if word not in self.stop_words))

    def leans_on_the_past(self, question: str) -> bool:
        """Tell whether the question is one like "and for Pro?" or "what does it cost?"."""
        words = words_of(question)
        points = _begins(words, self.follow_up) or not self.pointing.isdisjoint(words)
        return points or (_begins(words, self.amount) and not self.content_words(question))

    def asks_for_amount(self, question: str) -> bool:
        """Tell whether a number or a time would answer the question."""
        return _begins(words_of(question), self.amount)


@cache
def languages() -> Mapping[str, Language]:
    """Return all languages by their code."""
    text = files("shared.domain").joinpath("wording.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _language(code, entry) for code, entry in tomllib.loads(text).items()})


def words_of(text: str) -> tuple[str, ...]:
    """Return the text's words in lower case."""
    return tuple(WORD.findall(text.lower()))


def language_of(texts: Sequence[str]) -> Language:
    """Return the language of the first text that shows one, by the stop words that it uses; else English."""
    for text in texts:
        words = words_of(text)
        hits = {code: sum([word in each.stop_words for word in words]) for code, each in languages().items()}
        best, second = sorted(hits.values(), reverse=True)[:2]
        if best > second:
            return languages()[max(hits, key=lambda code: hits[code])]
    return languages()[ENGLISH]


def earlier_question(asked: Sequence[str], language: Language) -> str | None:
    """Return what the last of a user's messages leans on: the latest before it that leans on none itself, or None."""
    if not asked or not language.leans_on_the_past(asked[-1]):
        return None
    before = [one for one in reversed(asked[:-1]) if language.content_words(one)]
    return next((one for one in before if not language.leans_on_the_past(one)), before[0] if before else None)


def _begins(words: Sequence[str], openings: Sequence[tuple[str, ...]]) -> bool:
    return any(tuple(words[: len(opening)]) == opening for opening in openings)


def _language(code: str, entry: Mapping[str, str | list[str]]) -> Language:
    groups = [tuple(group.split()) for group in entry["alike"]]
    return Language(
        code=code,
        stop_words=frozenset(str(entry["stop"]).split()),
        abbreviations=frozenset(str(entry["abbreviations"]).split()),
        months=frozenset(str(entry.get("months", "")).split()),
        follow_up=_openings(entry["follow_up"]),
        pointing=frozenset(str(entry["pointing"]).split()),
        amount=_openings(entry["amount"]),
        alike={word: group for group in groups for word in group},
    )


def _openings(entry: str | list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(opening.split()) for opening in entry)
