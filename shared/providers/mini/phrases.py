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
    """The reply to one kind of small talk; where it `opens`, a question may stand beside it."""

    reply: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Phrases:
    """Mini's own sentences in one language.

    `said` is all its small talk in one pattern, each kind a group by its name; `opens` finds a kind that opens at a
    message's beginning or end: nearly no message holds one, and only those that do are looked at word by word.
    """

    unknown: str
    speak_of: str
    hint: str
    source: str
    said: re.Pattern[str]
    opens: re.Pattern[str]
    talk: Mapping[str, Talk]

    def reply_to(self, words: Sequence[str]) -> Talk | None:
        """Return the small talk that these words are."""
        match = self.said.fullmatch(" ".join(words))
        return None if match is None or match.lastgroup is None else self.talk[match.lastgroup]


@cache
def phrases() -> Mapping[str, Phrases]:
    """Return the phrases of all languages by the language's code."""
    text = files("shared.providers.mini").joinpath("phrases.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _phrases(entry) for code, entry in tomllib.loads(text).items()})


def small_talk(message: str, language: Language) -> str | None:
    """Return the reply to a message that is small talk and nothing else; the language's own phrases come first."""
    words = WORD.findall(message.lower())
    said = " ".join(words)
    for each in _own_first(language):
        talk = each.reply_to(words) or (_two_in_one(each, words) if each.opens.search(said) else None)
        if talk is not None:
            return talk.reply
    return None


def without_greeting(message: str, language: Language) -> str:
    """Return the message without the greeting or thanks before or behind its question."""
    spans = [match.span() for match in WORD.finditer(message)]
    words = [message[start:end].lower() for start, end in spans]
    said = " ".join(words)
    for each in _own_first(language):
        if not each.opens.search(said):
            continue
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
    kinds = {f"kind_{at}": each for at, each in enumerate(entry["talk"])}
    talk = {name: Talk(each["reply"], each.get("opens", False)) for name, each in kinds.items()}
    said = "|".join(f"(?P<{name}>{'|'.join(each['said'])})" for name, each in kinds.items())
    opening = "|".join("|".join(each["said"]) for name, each in kinds.items() if talk[name].opens)
    opens = rf"^(?:{opening})(?: |$)|(?:^| )(?:{opening})$"
    own = {name: entry[name] for name in ("unknown", "speak_of", "hint", "source")}
    return Phrases(**own, said=re.compile(said), opens=re.compile(opens), talk=talk)
