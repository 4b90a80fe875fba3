"""The installation's limits for reading files."""

from __future__ import annotations

from shared.domain.documents import ReadingLimits
from shared.settings import Settings


def reading_limits_of(settings: Settings) -> ReadingLimits:
    """Return what a file may hold and cost here."""
    return ReadingLimits(
        pages=settings.document_limit_pages,
        characters=settings.document_limit_characters,
        passages_of_bot=settings.bot_limit_passages,
        cpu_seconds=settings.document_cpu_seconds,
        memory_mb=settings.document_memory_mb,
    )
