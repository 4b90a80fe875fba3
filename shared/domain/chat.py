"""The messages of a conversation as every provider adapter gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message: plain text, one role."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one of the bot's documents: the document's title, and its place there, counted from 1."""

    title: str
    text: str
    document_id: UUID | None = None
    ordinal: int = 0
