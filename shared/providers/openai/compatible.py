"""What other servers make of OpenAI's Chat Completions: vLLM, llama.cpp and its Python server, Ollama.

They agree on answers, and hardly on errors: the envelope may be `{"error": "text"}`, the error itself without an envelope
(`"object": "error"`) or FastAPI's `{"detail": ...}`, the code a number, the reason in prose alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from shared.domain.error_types import ErrorType
from shared.providers.error_table import Reported, Rule
from shared.providers.openai.dialect import OPENAI, read_event
from shared.providers.openai.errors import read_error
from shared.providers.openai.stream import read_chunk
from shared.providers.reading import Reading
from shared.providers.wire import ReportedError
from shared.providers.wire_values import mapping, text

NO_HEADERS: Mapping[str, str] = {}
TABLE = (
    # llama.cpp names it; the others only say it
    Rule(ErrorType.CONTEXT_TOO_LONG, type="exceed_context_size_error"),
    Rule(ErrorType.CONTEXT_TOO_LONG, says="maximum context length"),
    Rule(ErrorType.CONTEXT_TOO_LONG, says="context size"),
    Rule(ErrorType.CONTEXT_TOO_LONG, says="context length"),
    Rule(ErrorType.CONTEXT_TOO_LONG, says="context window"),
    Rule(ErrorType.MODEL_UNAVAILABLE, status=404, says="model"),
    # a server that loads its model, or has no place free
    Rule(ErrorType.OVERLOADED, type="unavailable_error"),
    Rule(ErrorType.OVERLOADED, type="InternalServerError"),
    *OPENAI.errors,
)


def read_any_error(body: object, status: int | None, headers: Mapping[str, str]) -> Reported:
    """Return what the body says, whatever envelope it has."""
    reported = read_error(body, status, headers)
    if reported.message:
        return reported
    said = body if isinstance(body, str) else text(mapping(body), "error") or text(mapping(body), "detail") or ""
    return replace(reported, message=said)


def _open_reader(reading: Reading) -> Callable[[object], None]:
    def read(chunk: object) -> None:
        if text(mapping(chunk), "object") == "error":
            raise ReportedError(read_any_error(chunk, None, NO_HEADERS))
        read_chunk(chunk, reading)

    return read


COMPATIBLE = replace(
    OPENAI,
    errors=TABLE,
    read_error=read_any_error,
    read_event=partial(read_event, read=read_any_error),
    open_reader=_open_reader,
)
