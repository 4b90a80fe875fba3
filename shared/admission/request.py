"""What somebody asks of a bot, whichever door it came through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.turn_status import Door


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A well-formed request. `model` is "default" or a product id.

    With `conversation`, `question` is the one new user message and `messages` is None;
    without, `messages` are the caller's own ({role, text}) and `question` the last user text.
    `deadline_seconds` counts from acceptance; None: as its door has it.
    """

    model: str
    question: str
    door: Door
    messages: list[dict[str, str]] | None = None
    conversation: str | None = None
    end_user: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    body_hash: bytes | None = None
    deadline_seconds: float | None = None
