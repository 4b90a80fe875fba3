"""Documents as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from shared.domain.documents import DocumentStatus, ReadingFault

DOCUMENT_COLUMNS = (
    "d.id, d.bot_id, d.title, d.version, d.passage_count, d.created_at, u.file_name, u.status, u.reason_code, "
    "u.reason, u.pages, u.pages_read, u.uploaded_at FROM documents AS d "
    "LEFT JOIN document_uploads AS u ON u.document_id = d.id"
)


@dataclass(frozen=True, slots=True)
class UploadRow:
    """The newest file of a document, and how far it is read; `pages` are a PDF's."""

    file_name: str
    status: DocumentStatus
    reason_code: ReadingFault | None
    reason: str | None
    pages: int | None
    pages_read: int | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of a bot; `passages` says in how many pieces it is searched, `upload` is None for a pasted text."""

    document_id: UUID
    bot_id: UUID
    title: str
    version: int
    passages: int
    created_at: datetime
    upload: UploadRow | None = None

    @property
    def status(self) -> DocumentStatus:
        """Return where the newest text of the document stands."""
        return DocumentStatus.READY if self.upload is None else self.upload.status


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A piece of a document's text; `title` is the document's, and behind it the headings that the piece stands under."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file that came in; `content` is kept as it is."""

    document_id: UUID
    title: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimedUpload:
    """A file that is ours to read while we renew its lease; `version` and `attempt` fence what we write."""

    document_id: UUID
    workspace_id: UUID
    bot_id: UUID
    title: str
    version: int
    attempt: int
    file_name: str
    content: bytes = field(repr=False)


def document_of(row: Row[Any]) -> DocumentRow:
    """Return a row of DOCUMENT_COLUMNS as a document."""
    return DocumentRow(row.id, row.bot_id, row.title, row.version, row.passage_count, row.created_at, _upload_of(row))


def _upload_of(row: Row[Any]) -> UploadRow | None:
    if row.status is None:
        return None
    fault = None if row.reason_code is None else ReadingFault(row.reason_code)
    status = DocumentStatus(row.status)
    return UploadRow(row.file_name, status, fault, row.reason, row.pages, row.pages_read, row.uploaded_at)
