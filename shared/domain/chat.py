"""The messages of a conversation as every provider adapter gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message: plain text, one role."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one of the bot's documents, with the document's title as its source."""

    title: str
    text: str
