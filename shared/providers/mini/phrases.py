"""What built-in Mini says for itself, by language, read from `phrases.toml`; and the small talk that it knows. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from shared.domain.wording import WORD, Language

MOST_GREETING_WORDS = 5


@dataclass(frozen=True, slots=True)
class Talk:
    """One kind of small talk and its reply; where it `opens`, a question may stand beside it."""

    said: re.Pattern[str]
    reply: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Phrases:
    """Mini's own sentences in one language."""

    unknown: str
    speak_of: str
    hint: str
    source: str
    talk: tuple[Talk, ...]

    def reply_to(self, words: Sequence[str]) -> Talk | None:
        """Return the small talk that these words are."""
        said = " ".join(words)
        return next((talk for talk in self.talk if talk.said.fullmatch(said)), None)


@cache
def phrases() -> Mapping[str, Phrases]:
    """Return the phrases of all languages by the language's code."""
    text = files("shared.providers.mini").joinpath("phrases.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _phrases(entry) for code, entry in tomllib.loads(text).items()})


def small_talk(message: str, language: Language) -> str | None:
    """Return the reply to a message that is small talk and nothing else; the language's own phrases come first."""
    words = WORD.findall(message.lower())
    for each in _own_first(language):
        talk = each.reply_to(words) or _two_in_one(each, words)
        if talk is not None:
            return talk.reply
    return None


def without_greeting(message: str, language: Language) -> str:
    """Return the message without the greeting or thanks before or behind its question."""
    spans = [match.span() for match in WORD.finditer(message)]
    words = [message[start:end].lower() for start, end in spans]
    for each in _own_first(language):
        for count in range(min(MOST_GREETING_WORDS, len(words) - 1), 0, -1):
            if _opens(each.reply_to(words[:count])):
                return message[spans[count][0] :]
            if _opens(each.reply_to(words[-count:])):
                return message[: spans[-count][0]]
    return message


def _two_in_one(phrases: Phrases, words: Sequence[str]) -> Talk | None:
    """Return the second talk of a message that is two: "hello, how are you"."""
    for count in range(1, min(MOST_GREETING_WORDS, len(words) - 1) + 1):
        if _opens(phrases.reply_to(words[:count])):
            second = phrases.reply_to(words[count:])
            if second is not None:
                return second
    return None


def _opens(talk: Talk | None) -> bool:
    return talk is not None and talk.opens


def _own_first(language: Language) -> Iterator[Phrases]:
    own = phrases()[language.code]
    yield own
    yield from (each for each in phrases().values() if each is not own)


def _phrases(entry: Mapping[str, Any]) -> Phrases:
    talk = tuple(
        Talk(re.compile("|".join(f"(?:{one})" for one in each["said"])), each["reply"], each.get("opens", False))
        for each in entry["talk"]
    )
    return Phrases(entry["unknown"], entry["speak_of"], entry["hint"], entry["source"], talk)
