"""Bearer tokens as text: their prefixes, and the hash that is kept in their place."""

from __future__ import annotations

import hashlib

BOT_PREFIX = "mvb_"
ADMIN_PREFIX = "mva_"


def hash_token(text: str) -> bytes:
    """Return the SHA-256 of a token's text; its 256 random bits need no salt and no stretching."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def last_four(text: str) -> str:
    """Return the end of a token, by which people tell theirs apart."""
    return text[-4:]
