"""Reads what a form posted: its fields, and files when it takes some."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from services.dashboard.body import MOST_FIELDS, check_storable, read_form_fields
from services.dashboard.context import context_of
from services.dashboard.errors import AdminError, invalid

MULTIPART = "multipart/form-data"
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form, as the browser named it."""

    part: str
    name: str
    data: bytes = field(repr=False)


class _TooLargeError(MultiPartException):
    """Raised when more bytes come than may; the parser closes its files on it."""


def is_multipart(request: Request) -> bool:
    """Tell whether the request brings a form that may hold files."""
    return request.headers.get("content-type", "").startswith(MULTIPART)


async def read_posted(request: Request, *, takes_files: bool) -> tuple[dict[str, str], list[Upload]]:
    """Return fields by name, and files; an empty file field is absent. Raises AdminError 413 or 422."""
    if not is_multipart(request):
        return await read_form_fields(request), []
    settings = context_of(request).settings
    limit = settings.upload_limit_bytes if takes_files else settings.body_limit_bytes
    parser = MultiPartParser(
        request.headers,
        _at_most(request, limit),
        max_files=MOST_FIELDS,
        max_fields=MOST_FIELDS,
        max_part_size=settings.body_limit_bytes,
    )
    try:
        form = await parser.parse()
    except _TooLargeError:
        raise AdminError(413, "body_too_large", f"The body is larger than {limit} bytes; send less.") from None
    except (MultiPartException, KeyError):
        raise AdminError(422, "invalid_request", "The form could not be read; open the page again.") from None
    try:
        return _fields_of(form), await _files_of(form, settings.document_limit_bytes)
    finally:
        await form.close()


def _fields_of(form: FormData) -> dict[str, str]:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    check_storable(fields)
    return fields


async def _files_of(form: FormData, most_bytes: int) -> list[Upload]:
    files = [(name, file) for name, file in form.multi_items() if isinstance(file, UploadFile) and file.filename]
    if len(files) > MOST_FILES:
        raise invalid("file", f"These are {len(files)} files; send at most {MOST_FILES} at once.")
    for name, file in files:
        check_storable({name: file.filename or ""})
        if (file.size or 0) > most_bytes:
            sentence = f"{file.filename} is larger than {most_bytes:,} bytes; split it, or leave out its pictures."
            raise AdminError(413, "file_too_large", sentence, "file")
    return [Upload(name, file.filename or "", await file.read()) for name, file in files]


async def _at_most(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise _TooLargeError("")
        yield piece
