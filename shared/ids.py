"""The only place that draws ids and random secrets."""

from __future__ import annotations

import base64
import os
import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Draw a time-ordered id (UUID version 7, RFC 9562 section 5.7).

    Ids drawn later sort later (to the millisecond), which keeps B-tree inserts local.
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def drawn_at(drawn: UUID) -> int:
    """Return the Unix second in which `new_id` drew the id."""
    return (drawn.int >> 80) // 1_000


def new_token_text(prefix: str) -> str:
    """Draw a bearer token's text: the prefix and 32 random bytes in URL-safe base64."""
    return prefix + secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """Draw the secret that signs a workspace's webhooks: `whsec_` and 32 random bytes in base64 (Standard Webhooks)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_password() -> str:
    """Draw a first password: 15 random bytes as 20 characters that can be typed."""
    return secrets.token_urlsafe(15)
