"""What becomes of a document that is uploaded: where it stands, why it cannot be read, what it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_ATTEMPTS = 3
"""A file whose readers fall silent so often is given up."""


class DocumentStatus(StrEnum):
    """Where a document's newest file stands; the same word in rows, API and pages."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"

    @property
    def is_under_way(self) -> bool:
        """Tell whether it becomes another one by itself."""
        return self in (DocumentStatus.WAITING, DocumentStatus.READING)


class ReadingFault(StrEnum):
    """Why a file gave no passages; what a parser said is never kept."""

    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LONG = "too_long"
    TOO_HEAVY = "too_heavy"
    BOT_FULL = "bot_full"
    GAVE_UP = "gave_up"

    @property
    def may_pass(self) -> bool:
        """Tell whether the same file may be read another time: what is wrong does not lie in the file alone."""
        return self in (ReadingFault.TOO_HEAVY, ReadingFault.BOT_FULL, ReadingFault.GAVE_UP)


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What a file may hold and cost: a PDF's pages, the text's characters, a bot's passages; CPU seconds, megabytes."""

    pages: int
    characters: int
    passages_of_bot: int
    cpu_seconds: int
    memory_mb: int


SENTENCES = {
    ReadingFault.EMPTY: "The file is empty; upload one with some text.",
    ReadingFault.UNSUPPORTED: "The file is no text, Markdown, HTML, CSV or PDF; save it as one of these and upload that.",
    ReadingFault.DAMAGED: "The file is damaged and cannot be read; save it anew and upload that.",
    ReadingFault.ENCRYPTED: "The PDF is protected by a password; save it without one and upload that.",
    ReadingFault.NO_TEXT: "No text was found in the file; a scanned PDF needs text recognition before it is uploaded.",
    ReadingFault.TOO_MANY_PAGES: "The PDF has more than {limits.pages:,} pages; split it and upload the parts.",
    ReadingFault.TOO_LONG: "The text is longer than {limits.characters:,} characters; split it and upload the parts.",
    ReadingFault.TOO_HEAVY: "Reading the file takes more than {limits.cpu_seconds} s or {limits.memory_mb} MB; "
    "upload it in parts, or as plain text.",
    ReadingFault.BOT_FULL: "The bot's documents would have more than {limits.passages_of_bot:,} passages; "
    "delete some of them and try again.",
    ReadingFault.GAVE_UP: "Reading the file was broken off several times; try again, or save it in another format.",
}


def reading_reason(fault: ReadingFault, limits: ReadingLimits) -> str:
    """Return the sentence that tells a bot's owner what is wrong with the file, and what to do."""
    return SENTENCES[fault].format(limits=limits)
