"""Finds the sentences that answer a question, or none where the documents do not speak of what is asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from shared.domain.chat import Passage
from shared.providers.mini.sentences import Sentence, sentences_of
from shared.providers.mini.words import Words, words_in

CONFIDENT = 0.45
"""What part of the question's weight a sentence must speak of, itself or by what stands above it."""
SHARE_OF_BEST = 0.8
MOST_SENTENCES = 3
IN_SENTENCE, IN_HEADING, IN_TITLE = 1.0, 0.9, 0.6
EARLIER = 0.5
"""What a word of the question before weighs beside one of this question."""
WITH_NUMBER = 1.15
PASSAGES_KEPT = 256
"""Passages that stay read: a bot's few are asked again and again, and to cut and stem them is most of the work."""
NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the question's own words, and those of the one before that it leans on. `amount`: a number answers."""

    own: frozenset[str]
    earlier: frozenset[str] = frozenset()
    amount: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence that is quoted; `heading` is empty where the sentence tells enough by itself."""

    title: str
    heading: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Said:
    sentence: Sentence
    places: Mapping[str, float]
    above: frozenset[str]
    """The words of its heading and of its document's title."""


def find_quotes(asked: Asked, passages: Sequence[Passage], words: Words) -> tuple[Quote, ...]:
    """Return the sentences that speak of most of what is asked, in the documents' order; none if none speaks of enough.

    A rare word weighs more than a common one, and one that stands nowhere most: that the documents do not know it is
    the surest sign that they do not know the answer.
    """
    read = (one for passage in passages for one in _read(passage, words.language.code))
    said = list({one.sentence: one for one in read}.values())
    weights = _weights(asked, said)
    scores = [_score(asked, one, weights) for one in said]
    best = max(scores, default=0.0)
    if best <= 0.0:
        return ()
    chosen = sorted(range(len(said)), key=lambda at: -scores[at])[:MOST_SENTENCES]
    close = [said[at] for at in sorted(chosen) if scores[at] >= SHARE_OF_BEST * best]
    return tuple(_quote(one, asked) for one in _to_the_point(close, asked))


def _to_the_point(close: Sequence[_Said], asked: Asked) -> Sequence[_Said]:
    """Beside what speaks of all that is asked, leave out what does not, and what does so by chance: elsewhere."""
    whole = [one for one in close if asked.own <= one.places.keys()]
    about = {one.sentence.title for one in whole if asked.own & one.above}
    return [one for one in whole if not about or one.sentence.title in about] or close


def quoted_passages(quotes: Sequence[Quote], passages: Sequence[Passage], words: Words) -> tuple[Passage, ...]:
    """Return the passages in which a quoted sentence stands."""
    quoted = {(quote.title, quote.sentence) for quote in quotes}
    return tuple(
        passage
        for passage in passages
        if any((one.sentence.title, one.sentence.text) in quoted for one in _read(passage, words.language.code))
    )


@lru_cache(maxsize=PASSAGES_KEPT)
def _read(passage: Passage, code: str) -> tuple[_Said, ...]:
    words = words_in(code)
    return tuple(_said(sentence, words) for sentence in sentences_of([passage], words.language))


def _said(sentence: Sentence, words: Words) -> _Said:
    places: dict[str, float] = {}
    for text, worth in ((sentence.title, IN_TITLE), (sentence.heading, IN_HEADING), (sentence.text, IN_SENTENCE)):
        places |= dict.fromkeys(words.said(text), worth)
    return _Said(sentence, places, words.said(sentence.title) | words.said(sentence.heading))


def _weights(asked: Asked, said: Sequence[_Said]) -> dict[str, float]:
    total = len(said) + 1
    count = {word: sum([word in one.places for one in said]) for word in asked.own | asked.earlier}
    return {word: log(1 + total / (number + 0.5)) for word, number in count.items()}


def _score(asked: Asked, said: _Said, weights: Mapping[str, float]) -> float:
    """Return how well the sentence answers; 0.0 when it does not speak of enough of it."""
    own, earlier = _covered(asked.own, said, weights), _covered(asked.earlier, said, weights)
    if (own if asked.own else earlier) < CONFIDENT:
        return 0.0
    score = own + EARLIER * earlier if asked.own else earlier
    return score * (WITH_NUMBER if asked.amount and NUMBER.search(said.sentence.text) else 1.0)


def _covered(asked: frozenset[str], said: _Said, weights: Mapping[str, float]) -> float:
    places = said.places
    whole = sum([weights[word] for word in asked])
    return sum([weights[word] * places[word] for word in asked if word in places]) / whole if whole else 0.0


def _quote(said: _Said, asked: Asked) -> Quote:
    sentence = said.sentence
    is_needed = any(said.places.get(word) == IN_HEADING for word in asked.own | asked.earlier)
    shows = is_needed and not sentence.heading.endswith("?")
    return Quote(sentence.title, sentence.heading if shows else "", sentence.text)
