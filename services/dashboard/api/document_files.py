"""Reads the files that `/api/documents` takes: a form with fields and files, as a browser or `curl -F` sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from starlette.requests import Request

from services.dashboard.body import STORABLE, Form, ShortText, read_form
from services.dashboard.errors import invalid
from services.dashboard.posted import MULTIPART, Upload, is_multipart, read_posted

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

    text: Annotated[str, StringConstraints(min_length=1), STORABLE]
    file_name: ShortText = "document.txt"


@dataclass(frozen=True, slots=True)
class NewFiles:
    """Files for a bot; `title` is empty when their names shall serve."""

    bot_id: UUID
    title: str
    files: list[Upload]


async def read_new_files(request: Request) -> NewFiles:
    """Return the bot and its files; raises AdminError 413 or 422."""
    fields, files = await _read(request, NEW_FIELDS)
    try:
        bot_id = UUID(fields.get("bot_id", ""))
    except ValueError:
        raise invalid("bot_id", "bot_id must be the id of a bot.") from None
    return NewFiles(bot_id, fields.get("title", "").strip(), files)


async def read_replacement(request: Request) -> Upload:
    """Return the one file, or the text as a file; raises AdminError 413 or 422."""
    if not is_multipart(request):
        form = await read_form(request, ReplacementForm)
        return Upload(FILE, form.file_name, form.text.encode())
    _, files = await _read(request, ())
    if len(files) > 1:
        raise invalid(FILE, "Send one file; it takes the place of the document's.")
    return files[0]


async def _read(request: Request, known: tuple[str, ...]) -> tuple[dict[str, str], list[Upload]]:
    fields, files = await read_posted(request, takes_files=True)
    stranger = next((name for name in (*fields, *(file.part for file in files)) if name not in (*known, FILE)), None)
    if stranger is not None:
        raise invalid(stranger, f"{stranger} is no field of this form; send {', '.join((*known, FILE))}.")
    if not files:
        raise invalid(FILE, f"file is missing; send it as a file of {MULTIPART}, with its name.")
    return fields, files
