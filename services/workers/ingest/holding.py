"""Holds a file while it is read: renews its lease, and says how far it is."""

from __future__ import annotations

import asyncio

import structlog

from shared.store.database import Database
from shared.store.documents.claim import renew_upload
from shared.store.documents.rows import ClaimedUpload
from shared.store.errors import StoreUnavailableError

RENEW_SECONDS = 1.0
"""How often a page that watches may see progress; the lease is many times as long."""
log = structlog.get_logger()


class PagesRead:
    """How many pages of how many are read; both None until a first page is."""

    def __init__(self) -> None:
        self.read: int | None = None
        self.of: int | None = None

    def tell(self, read: int, of: int) -> None:
        """Note that so many are read."""
        self.read, self.of = read, of


async def hold(database: Database, claimed: ClaimedUpload, pages: PagesRead, *, lease_seconds: float) -> None:
    """Renew the lease until it is cancelled; return when the file is ours no more: replaced, deleted, taken away."""
    is_ours = True
    while is_ours:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            is_ours = await renew_upload(
                database, claimed, lease_seconds=lease_seconds, pages=pages.of, pages_read=pages.read
            )
        except StoreUnavailableError:
            log.warning("document_not_renewed", document_id=str(claimed.document_id))
