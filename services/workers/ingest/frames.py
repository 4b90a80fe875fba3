"""What the worker and its reader process say to each other: JSON values, each behind its length."""

from __future__ import annotations

import struct
from typing import Any, Final

import orjson

LENGTH: Final = struct.Struct("!I")


def frame_of(value: Any) -> bytes:
    """Return the value as a frame."""
    body = orjson.dumps(value)
    return LENGTH.pack(len(body)) + body


def length_in(head: bytes) -> int:
    """Return how long the value is behind a frame's first `LENGTH.size` bytes."""
    (length,) = LENGTH.unpack(head)
    return int(length)


def value_in(body: bytes) -> Any:
    """Return the value of a frame's body."""
    return orjson.loads(body)
