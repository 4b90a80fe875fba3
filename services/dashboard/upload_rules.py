"""How files and titles may be named that become documents, and which are read once more; pure, for API and pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from services.dashboard.errors import AdminError, invalid
from services.dashboard.posted import Upload
from services.dashboard.refusals import Refusals
from shared.store.documents.rows import DocumentRow

LONGEST_TITLE = 200
LONGEST_NAME = 255
NOT_FAILED = AdminError(
    409, "not_failed", "Only a document whose file could not be read is tried again; upload another file instead.", "id"
)


def check_title(title: str) -> None:
    """Refuse a title that no document can have; raises AdminError 422."""
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise invalid("title", f"Give the document a title of 1 to {LONGEST_TITLE} characters.")


def check_files(files: Sequence[Upload], title: str) -> None:
    """Refuse names that no document can have; `title` is for a single file, when it is empty the files' names serve.

    Raises:
        AdminError: 422 that names every field that must be corrected.

    """
    refusals = Refusals()
    if title and len(files) > 1:
        refusals.note(invalid("title", "Leave the title out when you send several files; their names serve."))
    for file in files:
        refusals.read(check_title, title or title_of(file))
        refusals.read(check_name, file)
    refusals.raise_all()


def check_retry(document: DocumentRow) -> None:
    """Refuse to read a file once more that has not failed, or that would fail again; raises AdminError 409."""
    upload = document.upload
    if upload is None or upload.reason_code is None:
        raise NOT_FAILED
    if not upload.reason_code.may_pass:
        raise AdminError(409, "document_not_retryable", f"Trying again would not help. {upload.reason}", "id")


def check_name(file: Upload) -> None:
    """Refuse a file whose name is too long; raises AdminError 422."""
    if len(file.name) > LONGEST_NAME:
        raise invalid("file", f"The file's name is longer than {LONGEST_NAME} characters; rename it.")


def title_of(file: Upload) -> str:
    """Return what a document is called whose file came without a title."""
    return PurePath(file.name).stem or file.name
