"""Every odd value once in every place that takes one, all else being good: what chance alone might miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from urllib.parse import quote

from tests.security.fuzz import odd
from tests.security.fuzz.bodies import encoded, good_object
from tests.security.fuzz.operations import Operation
from tests.security.fuzz.requests import MadeUp, assembled, good_headers, good_path

WITH_HEADERS = ("POST /v1/chat/completions", "GET /v1/turns/{id}/events", "POST /api/bots", "GET /bots")
"""Whose answers may depend on a header; of the others one is like another."""


def sweep(operation: Operation, random: Random, *, is_short: bool) -> Iterator[MadeUp]:
    """Return the requests of one operation; of a short sweep each field gets every second value alone."""
    yield from _fields(operation, odd.ALL[::2] if is_short else odd.ALL, random)
    yield from _parameters(operation, random)
    yield from _ids(operation, random)
    if operation.label in WITH_HEADERS:
        yield from _headers(operation, random)


def _fields(operation: Operation, values: Sequence[Any], random: Random) -> Iterator[MadeUp]:
    values = values if operation.target.is_api else values[::3]  # forms have a fuzzing of their own
    for name in operation.schema.get("properties", {}):
        for value in values:
            yield _with_body(operation, _good_body(operation, random) | {name: value}, random)
    for name in odd.FIELDS if operation.content_type else ():
        yield _with_body(operation, _good_body(operation, random) | {name: "1"}, random)


def _good_body(operation: Operation, random: Random) -> dict[str, Any]:
    return operation.target.fields | good_object(operation.schema, operation.target.ids, random)


def _with_body(operation: Operation, value: dict[str, Any], random: Random) -> MadeUp:
    body = encoded(operation, value, random)
    return assembled(operation, operation.method, good_path(operation, random), good_headers(operation), body)


def _own_body(operation: Operation, random: Random) -> bytes:
    return encoded(operation, _good_body(operation, random), random) if operation.content_type else b""


def _parameters(operation: Operation, random: Random) -> Iterator[MadeUp]:
    for name in operation.parameters:
        for value in odd.TEXTS:
            target = f"{good_path(operation, random)}?{name}={quote(value, safe='', errors='surrogatepass')}"
            yield assembled(operation, operation.method, target, good_headers(operation), _own_body(operation, random))


def _ids(operation: Operation, random: Random) -> Iterator[MadeUp]:
    for one in odd.IDS if "{" in operation.path else ():
        target = "/".join(one if part.startswith("{") else part for part in operation.path.split("/"))
        target = target.replace("{", "%7B").replace("}", "%7D")
        yield assembled(operation, operation.method, target, good_headers(operation), _own_body(operation, random))


def _headers(operation: Operation, random: Random) -> Iterator[MadeUp]:
    for name, values in odd.HEADERS.items():
        for value in values:
            headers = good_headers(operation) | {name: value}
            target = good_path(operation, random)
            yield assembled(operation, operation.method, target, headers, _own_body(operation, random))
