"""Whole requests, byte for byte: a good one, and what a mischievous caller makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

from tests.security.fuzz import odd
from tests.security.fuzz.bodies import BOUNDARY, BYTES, encoded, good_object, spoil
from tests.security.fuzz.operations import MULTIPART, Operation

GOOD_SHARE = 0.25
"""So many requests stay as they are: a fuzzer that is always refused at the door sees the door alone."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A request of an operation; `wire` is what is sent."""

    operation: Operation
    method: str
    wire: bytes


def make_up(operation: Operation, random: Random) -> MadeUp:
    """Return a request, wrong in none, one or several of its parts."""
    wrong = set() if random.random() < GOOD_SHARE else set(random.choices(PARTS, WEIGHTS, k=random.choice([1, 1, 2])))
    method = random.choice(odd.METHODS) if "method" in wrong else operation.method
    body = _body(operation, wrong, random)
    headers = _headers(operation, body, wrong, random)
    target = _path(operation, wrong, random) + _query(operation, wrong, random)
    return assembled(operation, method, target, headers, body, _chunks(body, random) if "framing" in wrong else None)


def assembled(
    operation: Operation, method: str, target: str, headers: Mapping[str, str], body: bytes, chunks: bytes | None = None
) -> MadeUp:
    """Return the request as it travels, its body by length or in chunks."""
    lines = [f"{name}: {value}".encode("latin-1", errors="replace") for name, value in headers.items()]
    head = b"\r\n".join([f"{method} {target} HTTP/1.1".encode(), *lines])
    if chunks:
        return MadeUp(operation, method, head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    return MadeUp(operation, method, head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def good_headers(operation: Operation) -> dict[str, str]:
    """Return what an ordinary caller sends."""
    own = operation.content_type or "application/json"
    kind = f"{own}; boundary={BOUNDARY}" if own == MULTIPART else own
    return {"Host": "127.0.0.1", "Content-Type": kind, **operation.target.credentials}


def good_path(operation: Operation, random: Random) -> str:
    """Return the path with ids that exist."""
    return _path(operation, set(), random)


PARTS = ("field", "bytes", "id", "query", "header", "credentials", "method", "framing")
WEIGHTS = (40, 15, 15, 15, 15, 5, 3, 3)


def _path(operation: Operation, wrong: set[str], random: Random) -> str:
    path = operation.path.replace(":path}", "}")
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + _id(operation, name, wrong, random) + after
    if "id" in wrong and random.random() < 0.2:
        path += random.choice(["/", "//", "/.", "%2f", ";a", "/x"])
    return path


def _id(operation: Operation, name: str, wrong: set[str], random: Random) -> str:
    ids = operation.target.ids
    if "id" in wrong:
        return random.choice([*odd.IDS, *(quote(one, safe="") for one in ids.values())]).replace("{", "%7B")
    likely = [one for kind, one in ids.items() if kind == name or f"/{kind}s/" in operation.path]
    return quote(random.choice(likely or list(ids.values())), safe="")


def _query(operation: Operation, wrong: set[str], random: Random) -> str:
    if "query" not in wrong:
        return ""
    names = [*operation.parameters, "after", "limit", "done", "x"]
    pairs = []
    for _ in range(random.choice([1, 1, 2, 3])):
        value = random.choice([*odd.TEXTS, *operation.target.ids.values(), "10", "failed"])
        pairs.append(f"{random.choice(names)}={quote(value, safe='', errors='surrogatepass')}")
    return "?" + "&".join(pairs) + random.choice(["", "", "", "&", "&%", "&=", "&%ff=%fe"])


def _headers(operation: Operation, body: bytes, wrong: set[str], random: Random) -> dict[str, str]:
    headers = good_headers(operation)
    if not body:
        del headers["Content-Type"]
    if "credentials" in wrong:
        for name in operation.target.credentials:
            del headers[name]
        headers |= random.choice(
            [{}, operation.target.foreign, {"Authorization": f"Bearer {random.choice(ODD_TOKENS)}"}]
        )
    if "header" in wrong:
        for name in random.choices(list(odd.HEADERS), k=random.choice([1, 2])):
            headers[name] = random.choice(odd.HEADERS[name])
    return headers


ODD_TOKENS = ("", "mva_", "mvb_", "mva_" + "a" * 3_000, "\xff", "mva_' OR 1=1 --", "mvb_%", "null", "mva_\x01")


def _body(operation: Operation, wrong: set[str], random: Random) -> bytes:
    if operation.content_type is None:
        return random.randbytes(20) if "bytes" in wrong else b""
    value = operation.target.fields | good_object(operation.schema, operation.target.ids, random)
    if "field" in wrong:
        value = spoil(value, random)
    body = encoded(operation, value, random)
    return random.choice(BYTES)(body, random) if "bytes" in wrong else body


def _chunks(body: bytes, random: Random) -> bytes:
    size = random.choice([1, 7, 1_000, 100_000])
    pieces = [body[start : start + size] for start in range(0, min(len(body), 500 * size), size)]
    framed = b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return framed + b"0\r\n" + random.choice([b"", b"X-Late: 1\r\n"]) + b"\r\n"
