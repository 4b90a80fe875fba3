"""Words made comparable: "opens" and "opening" are one, and so are "price" and "cost". Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import Stemmer

from shared.domain.wording import Language, languages, words_of

ALGORITHMS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}


class Words:
    """Makes the words of one language comparable. Not for two threads at once."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._stem = Stemmer.Stemmer(ALGORITHMS[language.code]).stemWords
        self._same = {
            stem: self._stem([group[0]])[0] for word, group in language.alike.items() for stem in self._stem([word])
        }

    def asked(self, question: str) -> frozenset[str]:
        """Return what the question is about."""
        return self._comparable(self.language.content_words(question))

    def said(self, text: str) -> frozenset[str]:
        """Return all that the text says."""
        return self._comparable(words_of(text))

    def _comparable(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(self._same.get(stem, stem) for stem in self._stem(list(words)))


@cache
def words_in(code: str) -> Words:
    """Return the words of the language of that code."""
    return Words(languages()[code])
