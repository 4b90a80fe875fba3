"""Which words of a question are searched, what each weighs, and which passages are looked at. Pure.

The weights are BM25's: a word that stands in few passages tells more. Not every passage that holds any word is ranked,
because "order" stands in half of a shop's: the rare words name the candidates, and common ones only together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from typing import Final

from rapidfuzz.distance import OSA

from shared.domain.passage_search import Question, QuestionWord, WordSearch

MOST_WORDS: Final = 12
"""The rarest so many words of a question decide; the store has a place for each."""
MOST_CANDIDATES: Final = 1_000
"""So many passages the rare words may name together: 98 of 100 of what ranking all of 50,000 passages would find."""
SIMILAR_WEIGHT: Final = 0.6
"""A word that only looks like what was asked tells less than the word itself."""
MOST_SIMILAR: Final = 3
EARLIER_WEIGHT: Final = 0.2
"""What was asked before tells what "and how much is it?" means, and must not outweigh a question that has words of its own."""
SHORTEST_FOR_ONE_ERROR, SHORTEST_FOR_TWO_ERRORS = 4, 8


def plan_search(question: Question) -> WordSearch | None:
    """Return how the bot's passages are searched; None when they hold none of the words, nor any like them."""
    found: dict[str, _Searched] = {}
    for word in question.words:
        for searched in _standing_for(word):
            known = found.setdefault(searched.word, searched)
            if (known.is_earlier, -known.share) > (searched.is_earlier, -searched.share):
                found[searched.word] = searched
    if not found:
        return None
    own_first = sorted(found.values(), key=lambda one: (one.is_earlier, one.passages, one.word))[:MOST_WORDS]
    rarest = sorted(own_first, key=lambda one: (one.passages, one.word))
    totals = accumulate(one.passages for one in rarest)
    rare = tuple(one.word for one, total in zip(rarest, totals, strict=True) if total <= MOST_CANDIDATES)
    common = [one.word for one in rarest[len(rare) :]]
    weights = {one.word: one.share * rarity(one.passages, question.passages) for one in rarest}
    return WordSearch(weights, rare, _groups(common, has_rare=bool(rare)), question.average_words)


@dataclass(frozen=True, slots=True)
class _Searched:
    """A word that is searched; `share` is the part of its weight that counts."""

    word: str
    passages: int
    share: float
    is_earlier: bool


def rarity(passages: int, of_passages: int) -> float:
    """Return BM25's weight of a word that stands in so many passages of so many; never 0."""
    return log(1 + (max(of_passages, passages) - passages + 0.5) / (passages + 0.5))


def _groups(common: Sequence[str], *, has_rare: bool) -> tuple[tuple[str, ...], ...]:
    """Return which common words must stand together in a candidate that holds no rare one.

    The rarest two; where there is no rare word at all, also all of them, and the rarest alone.
    """
    if has_rare:
        return (tuple(common[:2]),) if len(common) > 1 else ()
    return tuple(dict.fromkeys((tuple(common), tuple(common[:2]), tuple(common[:1]))))


def _standing_for(word: QuestionWord) -> list[_Searched]:
    """Return the word, or else the bot's words that it may stand for: written almost so, or made of the same parts."""
    share = EARLIER_WEIGHT if word.is_earlier else 1.0
    if word.passages:
        return [_Searched(word.word, word.passages, share, word.is_earlier)]
    near = sorted((errors, text) for text in word.similar if (errors := _errors(word.word, text)) is not None)
    return [
        _Searched(text, word.similar[text], share * SIMILAR_WEIGHT, word.is_earlier) for _, text in near[:MOST_SIMILAR]
    ]


def _errors(asked: str, text: str) -> int | None:
    """Return by how many errors of typing the words differ, 0 where one begins with the other; None: they are others."""
    if asked.startswith(text) or text.startswith(asked):
        return 0
    allowed = (len(asked) >= SHORTEST_FOR_ONE_ERROR) + (len(asked) >= SHORTEST_FOR_TWO_ERRORS)
    errors = OSA.distance(asked, text, score_cutoff=allowed)
    return errors if errors <= allowed else None
