"""Reads one file after the other: claim -> read, while the lease is renewed -> keep, or write down why not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from services.workers.ingest.holding import PagesRead, hold
from services.workers.ingest.reader import ReadFile
from services.workers.ingest.readers import Readers
from shared.clock import monotonic_seconds
from shared.domain.documents import ReadingFault, ReadingLimits, reading_reason
from shared.events.document_waiting import DocumentWaitingV1
from shared.events.wire import event_from_primitives
from shared.knowledge.headed_passages import headed_passages
from shared.metrics import document_seconds, documents_read
from shared.store.database import Database
from shared.store.documents.claim import claim_upload, fail_upload, release_upload
from shared.store.documents.keep import Keeping, keep_passages
from shared.store.documents.rows import ClaimedUpload

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ingesting:
    """The ingest's one step. It may run twice: a claim lets one reader through, and the fence one outcome."""

    database: Database
    readers: Readers
    limits: ReadingLimits
    lease_seconds: float

    async def read_next(self, values: dict[str, Any]) -> None:
        """Read the next waiting file, which need not be the one that the message names."""
        if not isinstance(event_from_primitives(values), DocumentWaitingV1):
            return
        claimed = await claim_upload(self.database, lease_seconds=self.lease_seconds)
        if claimed is None:
            return
        began = monotonic_seconds()
        result = await self._read_and_keep(claimed)
        document_seconds.observe(monotonic_seconds() - began)
        documents_read.labels(result).inc()
        log.info("document_read", document_id=str(claimed.document_id), attempt=claimed.attempt, result=result)

    async def _read_and_keep(self, claimed: ClaimedUpload) -> str:
        pages = PagesRead()
        try:
            read = await self._read(claimed, pages)
        except asyncio.CancelledError:
            await release_upload(self.database, claimed)
            raise
        return "lost" if read is None else await self._keep(claimed, read, pages)

    async def _read(self, claimed: ClaimedUpload, pages: PagesRead) -> ReadFile | None:
        """Return what the file gave; None when it became somebody else's meanwhile."""
        async with self.readers.borrow() as reader, asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(reader.read(claimed.content, claimed.file_name, pages.tell))
            holding = tasks.create_task(hold(self.database, claimed, pages, lease_seconds=self.lease_seconds))
            await asyncio.wait((reading, holding), return_when=asyncio.FIRST_COMPLETED)
            is_read = reading.done()
            for task in (reading, holding):
                task.cancel()
        return reading.result() if is_read else None

    async def _keep(self, claimed: ClaimedUpload, read: ReadFile, pages: PagesRead) -> str:
        if isinstance(read, ReadingFault):
            return await self._fail(claimed, read)
        passages = headed_passages(claimed.title, read)
        most = self.limits.passages_of_bot
        match await keep_passages(self.database, claimed, passages, pages=pages.of, most_passages=most):
            case Keeping.KEPT:
                return "ready"
            case Keeping.LOST:
                return "lost"
            case Keeping.BOT_FULL:
                return await self._fail(claimed, ReadingFault.BOT_FULL)

    async def _fail(self, claimed: ClaimedUpload, fault: ReadingFault) -> str:
        is_ours = await fail_upload(self.database, claimed, fault, reading_reason(fault, self.limits))
        return fault.value if is_ours else "lost"
