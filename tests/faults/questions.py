"""What clients ask: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

DOORS = ("whole", "whole", "stream", "async")
CONVERSATIONS = 6
OWN_CONVERSATION_SHARE, KEYED_SHARE = 0.4, 0.8
NAME = re.compile(r"^question-\d+-\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """One message: `bot` counts the driven bots; `is_keyed`: sent with an idempotency key, and again until answered."""

    name: str
    bot: int
    door: str
    conversation: str | None
    is_keyed: bool

    @property
    def text(self) -> str:
        return f"{self.name} What are your opening hours?"


def questions(seed: int, *, bots: int) -> Iterator[Question]:
    """Draw questions for ever."""
    random, number = Random(seed), 0
    while True:
        number += 1
        bot = random.randrange(bots)
        has_conversation = random.random() < OWN_CONVERSATION_SHARE
        yield Question(
            name=f"question-{seed}-{number}",
            bot=bot,
            door=random.choice(DOORS),
            conversation=f"talk-{random.randrange(CONVERSATIONS)}" if has_conversation else None,
            is_keyed=random.random() < KEYED_SHARE,
        )


def name_in(text: str) -> str | None:
    """Return the name of the question that a text is, None for any other text."""
    found = NAME.match(text)
    return found.group() if found else None
