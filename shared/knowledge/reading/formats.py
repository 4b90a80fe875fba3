"""What a file is, by its first bytes and then by its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from shared.domain.documents import ReadingFault
from shared.knowledge.reading.errors import CannotReadError


class Format(StrEnum):
    """A format that we read."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    PDF = "pdf"


BY_ENDING = {
    ".txt": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".pdf": Format.PDF,
}
PDF_MARK, PDF_MARK_WITHIN = b"%PDF-", 1_024
FOREIGN_MARKS = (b"{\\rtf", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"\x7fELF")
"""Rich text, archives and office files, pictures, programs: some of them could pass for a text."""
HTML_MARKS = (b"<!doctype html", b"<html")


def format_of(content: bytes, file_name: str) -> Format:
    """Return the file's format; raises CannotReadError for an empty file and for one that we do not read."""
    head = content[:PDF_MARK_WITHIN]
    if not content.strip():
        raise CannotReadError(ReadingFault.EMPTY)
    if PDF_MARK in head:
        return Format.PDF
    named = BY_ENDING.get(PurePath(file_name.lower()).suffix)
    if named is Format.PDF or head.startswith(FOREIGN_MARKS):
        raise CannotReadError(ReadingFault.UNSUPPORTED)
    return named or (Format.HTML if head.lstrip().lower().startswith(HTML_MARKS) else Format.TEXT)
