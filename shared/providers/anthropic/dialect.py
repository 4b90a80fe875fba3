"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.clock import utc_now
from shared.providers.anthropic.address import address_of, headers_of
from shared.providers.anthropic.errors import TABLE, read_error
from shared.providers.anthropic.output_format import needs
from shared.providers.anthropic.request import build_request
from shared.providers.anthropic.stream import EventReader, read_whole
from shared.providers.dialect import Dialect, EventValue, ServerEvent, Skip
from shared.providers.error_table import Reported
from shared.providers.rate_limits import read_anthropic_limits
from shared.providers.reading import Reading
from shared.providers.wire import ReportedError
from shared.providers.wire_values import read_json, read_json_or_text

PROBE_PARAMETERS = {"max_tokens": 1}


def read_headers(headers: Mapping[str, str], reading: Reading) -> None:
    """Keep the request's id and the limits that are exhausted."""
    reading.request_id = headers.get("request-id")
    reading.limits = read_anthropic_limits(headers, utc_now())


def read_event(event: ServerEvent, headers: Mapping[str, str]) -> EventValue:
    """Return the event's JSON, or `Skip`; the stream ends by ending.

    Raises:
        ReportedError: the event tells of an error.
        ValueError: it is no JSON.

    """
    if event.name == b"error":
        raise ReportedError(read_error(read_json_or_text(event.data), None, headers))
    if event.name in (None, b"ping") or not event.data:
        return Skip
    return read_json(event.data)


def _open_reader(reading: Reading) -> Callable[[object], None]:
    return EventReader(reading).read


def _whole_instead(_reported: Reported, _body: Mapping[str, Any]) -> None:
    return None


ANTHROPIC = Dialect(
    chat_path="/v1/messages",
    models_path="/v1/models?limit=1000",
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
    needs=needs,
)
