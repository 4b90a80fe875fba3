"""Where a document stands, in words; pure filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from services.dashboard.pages.told import told
from services.dashboard.pages.words import chip
from shared.domain.documents import DocumentStatus
from shared.store.documents.rows import DocumentRow

STATUS_WORDS = {
    DocumentStatus.WAITING: ("warn", "Waiting"),
    DocumentStatus.READING: ("warn", "Being read"),
    DocumentStatus.READY: ("good", "Ready"),
    DocumentStatus.FAILED: ("bad", "Not read"),
}
SENTENCES = {
    DocumentStatus.READY: "{title} is ready.",
    DocumentStatus.FAILED: "{title} could not be read.",
}
"""The way to an end is no news."""


def document_chip(document: DocumentRow) -> Markup:
    """Return the document's status with a mark of its own, and how many pages are read."""
    kind, words = STATUS_WORDS[document.status]
    upload = document.upload
    if upload and upload.pages and document.status is DocumentStatus.READING:
        words += f", page {upload.pages_read} of {upload.pages}"
    return chip(words, kind)


def told_document(document: DocumentRow) -> Markup:
    """Return the attributes by which the document's end is said."""
    sentence = SENTENCES.get(document.status, "").format(title=document.title)
    return told(f"document {document.document_id}", document.status, sentence)


DOCUMENT_FILTERS: Mapping[str, Callable[..., Any]] = {
    "document_chip": document_chip,
    "told_document": told_document,
}
