"""Requests made up from both OpenAPI documents: nothing fails inside, nothing leaks, what is refused changes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.result import Ok

TRACES = (b"Traceback", b'File "/', b"sqlalchemy", b"asyncpg", b"SELECT ", b"psycopg")
ODD = [
    "",
    "0",
    "-1",
    "\u00b2",
    "9" * 30,
    "\x00",
    "%00",
    "'; --",
    "%" * 1000,
    "<img src=x onerror=alert(1)>",
    "../..",
    "ü",
]
TEXTS = strategies.one_of(strategies.sampled_from(ODD), strategies.text(max_size=40))
HEADERS = strategies.dictionaries(
    strategies.sampled_from(
        ["Prefer", "Idempotency-Key", "Last-Event-ID", "X-Forwarded-For", "Content-Type", "Accept"]
    ),
    strategies.text(strategies.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    max_size=2,
)


@dataclass(slots=True)
class Walked:
    """What was sent and what came back; `inner` are answers that no caller may ever see."""

    operations: int = 0
    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    inner: list[str] = field(default_factory=list)

    def note(self, request: str, status: int, body: bytes) -> None:
        """Count an answer."""
        self.cases += 1
        self.statuses[status] += 1
        if status == 500 or any(trace in body for trace in TRACES):
            self.inner.append(f"{request}: {status} {body[:200]!r}")


@dataclass(frozen=True, slots=True)
class Target:
    """A port, the token that opens it, and ids that exist there."""

    port: int
    token: str
    document: dict[str, Any]
    ids: tuple[str, ...]


async def walk(target: Target, walked: Walked, examples: int, digest: Callable[[], Any]) -> None:
    """Send so many requests to each operation, first without a token; `digest` tells whether a row changed."""
    schema = schemathesis.openapi.from_dict(target.document)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        walked.operations += 1
        for token in (None, target.token):
            before, statuses = await digest(), Counter(walked.statuses)
            await asyncio.to_thread(_send_many, operation, target, token, examples, walked)
            answered = walked.statuses - statuses
            if operation.method.upper() == "GET" or all(status >= 400 for status in answered):
                assert await digest() == before, f"{operation.label} refused all and changed a row"


def _send_many(operation: Any, target: Target, token: str | None, examples: int, walked: Walked) -> None:
    connection = HTTPConnection("127.0.0.1", target.port, timeout=30)
    cases = strategies.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    ids = strategies.one_of(strategies.sampled_from([*target.ids, "x"]), TEXTS)
    queries = strategies.dictionaries(
        strategies.sampled_from(["after", "limit", "from", "to", "group_by", "bot", "status", "target", "x"]),
        TEXTS,
        max_size=2,
    )

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        case=cases,
        one=ids,
        query=queries,
        headers=HEADERS,
        raw=strategies.one_of(strategies.none(), strategies.binary()),
    )
    def send(case: Any, one: str, query: dict[str, str], headers: dict[str, str], raw: bytes | None) -> None:
        path = operation.path.replace("{id:path}", "{id}").replace("{id}", quote(one, safe="", errors="replace"))
        asked = query if case.query is None or isinstance(case.query, NotSet) or not case.query else case.query | query
        sent = headers | ({} if token is None else {"Authorization": f"Bearer {token}"})
        url = path + (f"?{urlencode(asked, errors='replace')}" if asked else "")
        answer = _ask(connection, operation.method.upper(), url, _body(case, raw), sent)
        walked.note(f"{operation.label} {url[:80]}", *answer)

    send()
    connection.close()


def _body(case: Any, raw: bytes | None) -> bytes | None:
    if isinstance(case.body, NotSet):
        return raw
    try:
        return orjson.dumps(case.body)
    except TypeError:  # a lone surrogate, a number beyond all: the bytes do as well
        return raw


def _ask(
    connection: HTTPConnection, method: str, url: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    try:
        connection.request(method, url, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (HTTPException, OSError):
        connection.close()
        connection.request(method, url, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
