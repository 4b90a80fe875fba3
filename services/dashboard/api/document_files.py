"""Reads the files that `/api/documents` takes: a form with fields and files, as a browser or `curl -F` sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request

from services.dashboard.body import DocumentText, ShortText, read_form
from services.dashboard.body_reading import Form
from services.dashboard.errors import invalid, invalid_fields
from services.dashboard.posted import MULTIPART, Upload, is_multipart, read_posted
from services.dashboard.refusals import Refusals
from services.dashboard.upload_rules import check_files

FILE = "file"
NEW_FIELDS = ("bot_id", "title")
FILE_SCHEMA: dict[str, Any] = {"type": "string", "format": "binary"}
NEW_FILES_SCHEMA = {
    "type": "object",
    "properties": {
        "bot_id": {"type": "string", "format": "uuid"},
        "title": {"type": "string", "maxLength": 200},
        FILE: {"type": "array", "items": FILE_SCHEMA, "minItems": 1, "maxItems": 20},
    },
    "required": ["bot_id", FILE],
    "additionalProperties": False,
}
REPLACEMENT_SCHEMA = {
    "type": "object",
    "properties": {FILE: FILE_SCHEMA},
    "required": [FILE],
    "additionalProperties": False,
}
FILE_FORMS = {("POST", "/api/documents"): NEW_FILES_SCHEMA, ("PUT", "/api/documents/{id}"): REPLACEMENT_SCHEMA}
"""What these operations take as `multipart/form-data`, in OpenAPI's words."""


class ReplacementForm(Form):
    """What `PUT /api/documents/{id}` takes as JSON: a text, and by its name's ending what it is written in."""

    text: DocumentText
    file_name: ShortText = "document.txt"


@dataclass(frozen=True, slots=True)
class NewFiles:
    """Files for a bot; `title` is empty when their names shall serve."""

    bot_id: UUID
    title: str
    files: list[Upload]


async def read_new_files(request: Request) -> NewFiles:
    """Return the bot and its files; raises AdminError 413 or 422."""
    fields, files = await read_posted(request, takes_files=True)
    refusals, title = Refusals(), fields.get("title", "").strip()
    refusals.read(_check_names, fields, files, NEW_FIELDS)
    bot_id = refusals.read(_bot_id, fields.get("bot_id", ""))
    refusals.read(check_files, files, title)
    refusals.raise_all()
    assert bot_id is not None
    return NewFiles(bot_id, title, files)


async def read_replacement(request: Request) -> Upload:
    """Return the one file, or the text as a file; raises AdminError 413 or 422."""
    if not is_multipart(request):
        form = await read_form(request, ReplacementForm)
        return Upload(FILE, form.file_name, form.text.encode())
    fields, files = await read_posted(request, takes_files=True)
    _check_names(fields, files, ())
    if len(files) > 1:
        raise invalid(FILE, "Send one file; it takes the place of the document's.")
    return files[0]


def _bot_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("bot_id", "bot_id must be the id of a bot.") from None


def _check_names(fields: Mapping[str, str], files: Sequence[Upload], known: tuple[str, ...]) -> None:
    """Refuse parts of the form that nobody asked for, and one without a file; raises AdminError 422."""
    takes = (*known, FILE)
    strangers = [name for name in (*fields, *(file.part for file in files)) if name not in takes]
    problems = {name: f"{name} is no field of this form; send {', '.join(takes)}." for name in strangers}
    if not files:
        problems.setdefault(FILE, f"file is missing; send it as a file of {MULTIPART}, with its name.")
    if problems:
        raise invalid_fields(problems)
