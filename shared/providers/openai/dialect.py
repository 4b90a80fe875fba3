"""OpenAI's Chat Completions, as every server speaks it that calls itself compatible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from shared.providers.dialect import Dialect, End, EventValue, ReadError, ServerEvent
from shared.providers.error_table import Reported
from shared.providers.openai.address import address_of, headers_of
from shared.providers.openai.errors import TABLE, is_ban_on_streaming, read_error
from shared.providers.openai.request import build_request, without_streaming
from shared.providers.openai.stream import read_chunk, read_whole
from shared.providers.port import ChatCall
from shared.providers.rate_limits import read_openai_limits
from shared.providers.reading import Reading
from shared.providers.wire import ReportedError
from shared.providers.wire_values import mapping, read_json

PROBE_PARAMETERS = {"max_completion_tokens": 256, "reasoning_effort": "minimal"}
"""A smaller budget may be eaten by hidden reasoning, which then counts as an error."""


def read_headers(headers: Mapping[str, str], reading: Reading) -> None:
    """Keep the request's id and the limits that are exhausted."""
    reading.request_id = headers.get("x-request-id")
    reading.limits = read_openai_limits(headers)


def read_event(event: ServerEvent, headers: Mapping[str, str], read: ReadError = read_error) -> EventValue:
    """Return the chunk, or `End`; an error is read by `read`.

    Raises:
        ReportedError: the chunk holds an error.
        ValueError: it is no JSON.

    """
    if event.data.startswith(b"[DONE]"):
        return End
    chunk = read_json(event.data)
    if mapping(chunk).get("error"):
        raise ReportedError(read(chunk, None, headers))
    return chunk


def _open_reader(reading: Reading) -> Callable[[object], None]:
    return partial(read_chunk, reading=reading)


def _whole_instead(reported: Reported, body: Mapping[str, Any]) -> dict[str, Any] | None:
    return without_streaming(body) if is_ban_on_streaming(reported) else None


def _needs(_call: ChatCall) -> None:
    return None


OPENAI = Dialect(
    chat_path="/chat/completions",
    models_path="/models",
    errors=TABLE,
    probe_parameters=PROBE_PARAMETERS,
    address_of=address_of,
    headers_of=headers_of,
    build_request=build_request,
    read_headers=read_headers,
    read_whole=read_whole,
    open_reader=_open_reader,
    read_event=read_event,
    read_error=read_error,
    whole_instead=_whole_instead,
    needs=_needs,
)
