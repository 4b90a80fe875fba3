"""Bodies: first one that the operation takes, then what a mischievous caller makes of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.security.fuzz import odd
from tests.security.fuzz.operations import FORM, MULTIPART, Operation

BOUNDARY = "----made-up"
KNOWN: dict[str, tuple[Any, ...]] = {
    "provider": ("openai",),
    "model": ("mevichat:mini", "gpt-5-mini", "default"),
    "kind": ("bot", "admin"),
    "email": ("somebody@example.com",),
    "webhook_url": ("https://hooks.example.com/x",),
    "conversation": ("c1", "c2"),
    "user": ("u1",),
    "messages": (
        [{"role": "user", "content": "Hello"}],
        [{"role": "system", "content": "Be short"}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    ),
    "region": (None,),
    "organization": ("org-a1",),
    "project": ("proj_a1",),
    "anthropic_workspace_id": (None,),
}
"""Fields whose good values their schema does not tell; all others are made from the schema."""


def good_value(schema: Mapping[str, Any], name: str, ids: Mapping[str, str], random: Random) -> Any:
    """Return a value that the schema allows; an id where the name says whose."""
    if name == "key":
        return f"sk-sim-ok-{random.getrandbits(128):032x}"
    if name.endswith("_id") and name.removesuffix("_id") in ids:
        return ids[name.removesuffix("_id")]
    if name in KNOWN:
        return random.choice(KNOWN[name])
    if "enum" in schema or "const" in schema:
        return random.choice(schema.get("enum") or [schema["const"]])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return good_value(random.choice(schema[choice]), name, ids, random)
    return _by_type(schema, name, ids, random)


def _by_type(schema: Mapping[str, Any], name: str, ids: Mapping[str, str], random: Random) -> Any:
    match schema.get("type"):
        case "object":
            return good_object(schema, ids, random)
        case "array":
            return [good_value(schema.get("items", {}), name, ids, random) for _ in range(random.randint(0, 2))]
        case "integer" | "number":
            return random.randint(schema.get("minimum", 0), min(schema.get("maximum", 100), 100))
        case "boolean":
            return random.random() < 0.5
        case "null":
            return None
        case _:
            return random.choice(["words", "Some more words", "ü", name])


def good_object(schema: Mapping[str, Any], ids: Mapping[str, str], random: Random) -> dict[str, Any]:
    """Return an object with what it must hold, and some of what it may."""
    needed = set(schema.get("required", ()))
    return {
        name: good_value(each, name, ids, random)
        for name, each in schema.get("properties", {}).items()
        if name in needed or random.random() < 0.25
    }


def spoil(value: Any, random: Random) -> Any:
    """Return the value with one thing in it wrong: a field gone, one too many, or an odd value somewhere."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        name = random.choice(list(value))
        if random.random() < 0.15:
            return {each: value[each] for each in value if each != name}
        if random.random() < 0.15:
            return value | {random.choice(odd.FIELDS): random.choice(odd.ALL)}
        return value | {name: spoil(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.7:
        place = random.randrange(len(value))
        return [*value[:place], spoil(value[place], random), *value[place + 1 :]]
    if isinstance(value, str) and value and random.random() < 0.3:
        return value + random.choice(odd.TEXTS)
    return random.choice(odd.ALL)


def encoded(operation: Operation, value: Any, random: Random) -> bytes:
    """Return the value in the operation's own form."""
    fields = value if isinstance(value, dict) else {"x": value}
    if operation.content_type == FORM:
        texts = {str(name): _as_text(each) for name, each in fields.items()}
        return urlencode(texts, errors="surrogatepass").encode()
    if operation.content_type == MULTIPART:
        return multipart(fields, random)
    return json.dumps(value).encode()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def multipart(fields: Mapping[str, Any], random: Random) -> bytes:
    """Return fields and files as a form with parts; the file's name is odd now and then."""
    parts = []
    for name, value in fields.items():
        file = f'; filename="{random.choice(["a.txt", "../a", "", "ü.pdf"])}"' if name == "file" else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append(f"{head}{_as_text(value)}\r\n".encode(errors="surrogatepass"))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _cut(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _flipped(body: bytes, random: Random) -> bytes:
    place = random.randrange(len(body) + 1)
    return body[:place] + bytes([random.randrange(256)]) + body[place + 1 :]


def _doubled(body: bytes, random: Random) -> bytes:
    name = random.choice(["model", "messages", "name", "key", "bot_id", "kind", "csrf"])
    return body.replace(b"{", b'{"%b": 1, ' % name.encode(), 1) + (b"&%b=2" % name.encode() if b"=" in body else b"")


def _deep(body: bytes, random: Random) -> bytes:
    depth = random.choice([50, 500, 1_100, 5_000])
    inner = b"[" * depth + b"]" * depth if random.random() < 0.5 else b'{"a":' * depth + b"1" + b"}" * depth
    return body.replace(b"{", b'{"messages": %b, ' % inner, 1) if random.random() < 0.5 else inner


def _raw_number(body: bytes, random: Random) -> bytes:
    number = random.choice([b"NaN", b"Infinity", b"1e999", b"-1e999", b"00", b"0x1", b"9" * 1_000])
    return body.replace(b"{", b'{"temperature": %b, "limit": %b, ' % (number, number), 1)


BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _cut,
    _flipped,
    _doubled,
    _deep,
    _raw_number,
    lambda *_: b"",
    lambda body, _: b"\xef\xbb\xbf" + body,
    lambda body, _: body.decode(errors="replace").encode("utf-16"),
    lambda body, _: body + b"\xff\xfe\x00",
    lambda body, _: body + body,
    lambda body, _: gzip.compress(body),
    lambda body, _: b"[" + body + b"]",
    lambda body, _: body.replace(b'"', b"'"),
    lambda *made: made[1].randbytes(made[1].randrange(80)),
    lambda body, _: body + b" " * 25_000,
)
"""What may be made of a body's bytes."""
