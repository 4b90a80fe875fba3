"""Reads a request's body as one of the known forms; unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field, StringConstraints
from starlette.requests import Request

from services.dashboard.body_reading import ReadBody, SomeForm, read_fields
from services.dashboard.context import context_of
from services.dashboard.errors import AdminError, invalid, not_found
from shared.domain.answer_key import LONGEST_CACHE_SECONDS
from shared.domain.history_overflow import MOST_HISTORY_TOKENS
from shared.domain.rates import MOST_MESSAGES
from shared.domain.retention import MOST_RETENTION_DAYS
from shared.domain.text_rules import LONGEST_NAME, storable_text_problem


def _storable(text: str) -> str:
    problem = storable_text_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text


def _worded(text: str) -> str:
    if not text.strip():
        problem = "has no words in it"
        raise ValueError(problem)
    return text


STORABLE = AfterValidator(_storable)
StorableText = Annotated[str, STORABLE]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, strip_whitespace=True), STORABLE]
DocumentText = Annotated[str, StringConstraints(min_length=1), STORABLE, AfterValidator(_worded)]
LongText = Annotated[str, StringConstraints(max_length=100_000), STORABLE]

MessageCount = Annotated[int, Field(ge=1, le=MOST_MESSAGES, strict=True)]
CacheSeconds = Annotated[int, Field(ge=0, le=LONGEST_CACHE_SECONDS, strict=True)]
RetentionDays = Annotated[int, Field(ge=1, le=MOST_RETENTION_DAYS, strict=True)]
HistoryTokens = Annotated[int, Field(ge=0, le=MOST_HISTORY_TOKENS, strict=True)]


async def read_form(request: Request, form: type[SomeForm]) -> SomeForm:
    """Return the body as `form`; raises AdminError 400, 413 or 422 that names every wrong field and the fix."""
    body = await read_body_of(request, form)
    body.raise_all()
    return body.form


async def read_body_of(request: Request, form: type[SomeForm]) -> ReadBody[SomeForm]:
    """Return the body as far as it is `form`, for whoever judges its fields together; raises AdminError 400, 413 or 422."""
    try:
        value = orjson.loads(await read_body(request))
    except orjson.JSONDecodeError:
        raise AdminError(400, "invalid_json", "The body is no valid JSON; send one JSON object.") from None
    if not isinstance(value, dict):
        raise AdminError(422, "invalid_request", "The body must be a JSON object.")
    return read_fields(value, form)


MOST_FIELDS = 100


async def read_form_fields(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, the last of a name that comes twice; raises AdminError 413 or 422."""
    try:
        pairs = parse_qsl((await read_body(request)).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise AdminError(422, "invalid_request", "The form could not be read; open the page again.") from None
    check_storable(dict(pairs))
    return dict(pairs)


def check_storable(fields: dict[str, str]) -> None:
    """Refuse a field that no row can hold; raises AdminError 422."""
    for name, value in fields.items():
        if storable_text_problem(value):
            raise invalid(name, f"{name} contains characters that cannot be stored; remove them.")


async def read_body(request: Request) -> bytes:
    """Return the whole body; raises AdminError 413 when it is larger than the setting allows."""
    limit = context_of(request).settings.body_limit_bytes
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise AdminError(413, "body_too_large", f"The body is larger than {limit} bytes; send less.")
    return bytes(body)


def path_id(request: Request, what: str) -> UUID:
    """Return the id in the path; what is no id cannot be found."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise not_found(what) from None


def page(rows: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    """Return one page of rows that have an `id`: `?limit=` (at most 200) rows behind `?after=`."""
    limit, after = page_limit(request), request.query_params.get("after")
    ids = [str(row["id"]) for row in rows]
    if after is not None and after not in ids:
        raise invalid("after", "after must be the next_cursor of an earlier page.")
    start = ids.index(after) + 1 if after is not None else 0
    shown = rows[start : start + limit]
    is_more = start + len(shown) < len(rows)
    return {"data": shown, "next_cursor": str(shown[-1]["id"]) if is_more else None}


def page_limit(request: Request) -> int:
    """Return how many rows a page may hold: `?limit=`, 100 when absent."""
    text = request.query_params.get("limit", "100")
    is_number = text.isascii() and text.isdigit() and len(text) <= len("200")
    if not is_number or not 1 <= int(text) <= 200:  # noqa: PLR2004 - said in the message
        raise invalid("limit", "limit must be a whole number from 1 to 200.")
    return int(text)
