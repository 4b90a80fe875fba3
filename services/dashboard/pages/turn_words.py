"""Turns as people read them; pure filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from services.dashboard.pages.words import chip
from shared.domain.error_types import APOLOGY
from shared.domain.turn_status import Door, TurnStatus
from shared.store.turns.rows import TurnRow

STATUS_WORDS = {
    TurnStatus.WAITING: ("warn", "Waiting"),
    TurnStatus.READY: ("warn", "Ready"),
    TurnStatus.RUNNING: ("warn", "Running"),
    TurnStatus.COMPLETED: ("good", "Completed"),
    TurnStatus.FAILED: ("bad", "Failed"),
    TurnStatus.CANCELLED: ("off", "Cancelled"),
    TurnStatus.EXPIRED: ("bad", "Expired"),
}
DOOR_WORDS = {
    Door.WHOLE: "the chat API, as one reply",
    Door.STREAM: "the chat API, as a stream",
    Door.ASYNC: "the chat API, without waiting, or a retry by hand",
    Door.PRODUCER: "the producers' library",
}


def turn_words(status: TurnStatus) -> str:
    """Return a turn's status as a word."""
    return STATUS_WORDS[status][1]


def turn_chip(status: TurnStatus) -> Markup:
    """Return a turn's status in words with a mark of its own."""
    kind, words = STATUS_WORDS[status]
    return chip(words, kind)


def door_words(door: Door) -> str:
    """Return how a turn came in."""
    return DOOR_WORDS[door]


def apology(turn: TurnRow) -> str:
    """Return the sentence that the end user read in an answer's place; empty where nobody waited, or none was due."""
    is_due = turn.status in (TurnStatus.FAILED, TurnStatus.EXPIRED) and turn.door.has_waiting_caller
    return APOLOGY if is_due else ""


def path_part(text: str) -> str:
    """Return the text as one part of an address's path."""
    return quote(text, safe="")


TURN_FILTERS: Mapping[str, Callable[..., Any]] = {
    "turn_words": turn_words,
    "turn_chip": turn_chip,
    "door_words": door_words,
    "apology": apology,
    "path_part": path_part,
}
