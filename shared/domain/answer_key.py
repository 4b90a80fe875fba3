"""By what a kept answer is found again: the hash of everything that was asked. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from shared.domain.chat import ChatMessage

LONGEST_CACHE_SECONDS: Final = 2_592_000
"""Thirty days; an answer that is older is asked for anew."""
FORM: Final = 1
"""Raised when the key is made of other things, so that no answer of before is found by it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What decides an answer. `messages` are history and question; `documents` names the bot's documents of now."""

    workspace_id: UUID
    bot_id: UUID
    plan: str
    model: str
    wire_model: str
    system: str | None
    documents: str
    messages: tuple[ChatMessage, ...]
    parameters: Mapping[str, Any]


def answer_key(asking: Asking) -> bytes:
    """Return the SHA-256 of the asking: equal for equal ones, where white space within messages counts once.

    The parts are written as JSON before they are hashed, so that no part can pass for the end of another.
    """
    parts = [
        FORM,
        asking.workspace_id.hex,
        asking.bot_id.hex,
        asking.plan,
        asking.model,
        asking.wire_model,
        asking.system,
        asking.documents,
        [(message.role, " ".join(message.text.split())) for message in asking.messages],
        asking.parameters,
    ]
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()
