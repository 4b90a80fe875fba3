"""Reads what a page's form posted: its fields, and a file when the form takes one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from services.dashboard.body import MOST_FIELDS, check_storable, read_body, read_form_fields
from services.dashboard.errors import AdminError


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form, as the browser named it."""

    name: str
    data: bytes


async def read_posted(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Return fields and files by name; an empty file field is absent. Raises AdminError 413 or 422."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_form_fields(request), {}
    body = await read_body(request)
    parser = MultiPartParser(
        request.headers, _whole(body), max_files=1, max_fields=MOST_FIELDS, max_part_size=len(body) + 1
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise AdminError(422, "invalid_request", "The form could not be read; open the page again.") from None
    try:
        return await _parts_of(form)
    finally:
        await form.close()


async def _parts_of(form: FormData) -> tuple[dict[str, str], dict[str, Upload]]:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    check_storable(fields)
    files = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename}
    return fields, {name: Upload(file.filename or "", await file.read()) for name, file in files.items()}


async def _whole(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
    yield b""
