"""What built-in Mini answers: small talk plainly, else quotes, else that it does not know. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.domain.chat import Passage
from shared.domain.wording import Language, earlier_question, language_of
from shared.providers.mini.phrases import Phrases, phrases, small_talk, without_greeting
from shared.providers.mini.quotes import Asked, Quote, find_quotes, quoted_passages
from shared.providers.mini.sentences import split_sentences
from shared.providers.mini.words import Words, words_in

ENDS = ".!?…\"'”»)"
MOST_TITLES = 3
MOST_QUESTIONS = 3
"""One message may hold several; this many are answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in pieces, and the passages that it quotes."""

    pieces: tuple[str, ...]
    quoted: tuple[Passage, ...] = ()


def answer(asked: Sequence[str], passages: Sequence[Passage], system: str | None = None) -> Answered:
    """Return the answer; `asked` are the user's messages, the question last."""
    question = asked[-1] if asked else ""
    language = language_of([question, system or "", *(passage.text for passage in passages)])
    own = phrases()[language.code]
    reply = small_talk(question, language)
    if reply is not None:
        return Answered((reply,))
    quotes = quotes_for([*asked[:-1], without_greeting(question, language)], passages, language)
    if not quotes:
        return Answered((_unknown(passages, own),))
    return Answered(tuple(_pieces(quotes, own)), quoted_passages(quotes, passages, words_in(language.code)))


def quotes_for(asked: Sequence[str], passages: Sequence[Passage], language: Language) -> tuple[Quote, ...]:
    """Return the quotes that answer each question of the last message, each once."""
    parts = split_sentences(asked[-1], language)
    questions = [at for at, part in enumerate(parts) if part.endswith("?")][:MOST_QUESTIONS]
    if len(parts) == 1 or not questions:
        return _quotes_for_one(asked, passages, language)
    found = [_quotes_for_one([*asked[:-1], *parts[: at + 1]], passages, language) for at in questions]
    return tuple(dict.fromkeys(quote for quotes in found for quote in quotes))


def _quotes_for_one(asked: Sequence[str], passages: Sequence[Passage], language: Language) -> tuple[Quote, ...]:
    """Answer one question; what leans on a message before it is read with that first."""
    words = words_in(language.code)
    leaning = _leaning(asked, words)
    quotes = () if leaning is None else find_quotes(leaning, passages, words)
    if quotes:
        return quotes
    alone = Asked(words.asked(asked[-1]), amount=language.asks_for_amount(asked[-1]))
    return find_quotes(alone, passages, words) if alone.own else ()


def _leaning(asked: Sequence[str], words: Words) -> Asked | None:
    language, question = words.language, asked[-1]
    earlier = earlier_question(asked, language)
    if earlier is None:
        return None
    own = words.asked(question)
    amount = language.asks_for_amount(question) or (bool(own) and language.asks_for_amount(earlier))
    return Asked(own, words.asked(earlier) - own, amount)


def _pieces(quotes: Sequence[Quote], own: Phrases) -> Iterator[str]:
    """Yield each document's sentences, then its title."""
    between = ""
    for title in dict.fromkeys(quote.title for quote in quotes):
        headings = set[str]()
        for quote in quotes:
            if quote.title == title:
                shows = quote.heading and quote.heading not in headings
                headings.add(quote.heading)
                yield between + (f"{quote.heading}: {_ended(quote.sentence)}" if shows else _ended(quote.sentence))
                between = " "
        yield f" ({own.source}: {title})"
        between = "\n\n"


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in ENDS else f"{sentence}."


def _unknown(passages: Sequence[Passage], own: Phrases) -> str:
    titles = list(dict.fromkeys(passage.title for passage in passages))[:MOST_TITLES]
    near = [own.speak_of.format(titles=", ".join(titles))] if titles else []
    return " ".join([own.unknown, *near, own.hint])
