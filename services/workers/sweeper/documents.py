"""Files that wait to be read, and readers that fell silent."""

from __future__ import annotations

from shared.domain.documents import MOST_ATTEMPTS, DocumentStatus, ReadingFault, reading_reason
from shared.events.document_waiting import DocumentWaitingV1
from shared.events.wire import event_to_primitives
from shared.knowledge.reading_limits import reading_limits_of
from shared.metrics import swept
from shared.settings import Settings
from shared.store.database import Database
from shared.store.documents.sweep import end_lapsed_uploads, unread_uploads

AT_MOST = 100
"""Files a sweep: a message reads whichever comes next, so a long backlog need not be rung whole."""


async def end_silent_readings(database: Database, settings: Settings) -> None:
    """Let files wait again whose reader fell silent, and give up those that it happened to several times."""
    fault = ReadingFault.GAVE_UP
    reason = reading_reason(fault, reading_limits_of(settings))
    ended = await end_lapsed_uploads(
        database, most_attempts=MOST_ATTEMPTS, reason_code=fault.value, reason=reason, limit=AT_MOST
    )
    for status in (DocumentStatus.WAITING, DocumentStatus.FAILED):  # counted from 0, so that alerts see the first
        swept.labels(f"readings_{status}").inc(ended.count(status))


async def unread_documents(database: Database, settings: Settings) -> list[tuple[dict[str, str]]]:
    """Return the messages that ring files which nobody has begun to read."""
    found = await unread_uploads(database, rung_before_seconds=settings.unclaimed_seconds, limit=AT_MOST)
    swept.labels("documents").inc(len(found))
    return [(event_to_primitives(DocumentWaitingV1(str(document_id))),) for document_id in found]
