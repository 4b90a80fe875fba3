"""Take a waiting file to read it, hold it while it is read, give it back, or write down why it cannot be read."""

from __future__ import annotations

from sqlalchemy import text

from shared.domain.documents import ReadingFault
from shared.store.database import Database
from shared.store.documents.rows import ClaimedUpload

CLAIM = text("SELECT * FROM claim_upload(:lease_seconds)")
OURS = "WHERE document_id = :document_id AND version = :version AND attempts = :attempt AND status = 'reading'"
RENEW = text(
    "UPDATE document_uploads SET lease_until = clock_timestamp() + make_interval(secs => :lease_seconds), "
    f"pages = :pages, pages_read = :pages_read {OURS} RETURNING document_id"
)
# an attempt that was given back does not count
RELEASE = text(
    "UPDATE document_uploads SET status = 'waiting', attempts = attempts - 1, lease_until = NULL, rung_at = NULL "
    f"{OURS} RETURNING document_id"
)
FAIL = text(
    "UPDATE document_uploads SET status = 'failed', reason_code = :reason_code, reason = :reason, lease_until = NULL, "
    f"ended_at = clock_timestamp() {OURS} RETURNING document_id"
)


async def claim_upload(database: Database, *, lease_seconds: float) -> ClaimedUpload | None:
    """Take the next file, of the workspace that was served longest ago; None when none waits."""
    rows = await database.call(CLAIM, lease_seconds=lease_seconds)
    return next(
        (
            ClaimedUpload(
                row.o_document_id,
                row.o_workspace_id,
                row.o_bot_id,
                row.o_title,
                row.o_version,
                row.o_attempt,
                row.o_file_name,
                row.o_content,
            )
            for row in rows
        ),
        None,
    )


async def renew_upload(
    database: Database, claimed: ClaimedUpload, *, lease_seconds: float, pages: int | None, pages_read: int | None
) -> bool:
    """Hold the file and say how far it is read; False when it is ours no more."""
    values = {"lease_seconds": lease_seconds, "pages": pages, "pages_read": pages_read}
    return bool(await database.call(RENEW, **_fence(claimed), **values))


async def release_upload(database: Database, claimed: ClaimedUpload) -> None:
    """Give the file back: it waits again, as if it had not been taken."""
    await database.call(RELEASE, **_fence(claimed))


async def fail_upload(database: Database, claimed: ClaimedUpload, fault: ReadingFault, reason: str) -> bool:
    """Write down why the file cannot be read; the passages of the file before stay. False when it is ours no more."""
    return bool(await database.call(FAIL, **_fence(claimed), reason_code=fault.value, reason=reason))


def _fence(claimed: ClaimedUpload) -> dict[str, object]:
    return {"document_id": claimed.document_id, "version": claimed.version, "attempt": claimed.attempt}
