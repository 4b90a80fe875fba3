"""Master keys as the setting holds them: a list, the newest first, none of them weak."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from shared.vault.errors import MasterKeyError

KEY_BYTES = 32
FEWEST_DISTINCT_BYTES = 16
EXAMPLE_WORDS = (b"example", b"changeme", b"change-me", b"secret", b"password", b"mevichat")
FIX = "Make one with `mevichat vault new-key`, or start with `make run`, which makes its own."


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The keys themselves, the newest first."""

    keys: tuple[bytes, ...] = field(repr=False)


def new_master_key() -> str:
    """Draw a master key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_master_keys(text: str | None) -> MasterKeys:
    """Read the comma-separated list of MEVICHAT_MASTER_KEYS.

    Raises:
        MasterKeyError: none is given, or one is malformed, short, an example, or given twice.

    """
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if not parts:
        message = f"MEVICHAT_MASTER_KEYS is missing. {FIX}"
        raise MasterKeyError(message)
    keys = tuple(_key(part, number) for number, part in enumerate(parts, start=1))
    if len(set(keys)) < len(keys):
        message = "MEVICHAT_MASTER_KEYS names a key twice; each may stand once, the newest first."
        raise MasterKeyError(message)
    return MasterKeys(keys)


def _key(part: str, number: int) -> bytes:
    problem = None
    try:
        key = base64.b64decode(part.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key, problem = b"", "is not URL-safe base64"
    if problem is None and len(key) < KEY_BYTES:
        problem = f"is shorter than {KEY_BYTES} bytes"
    if problem is None and _looks_like_an_example(key):
        problem = "looks like an example"
    if problem is not None:
        message = f"MEVICHAT_MASTER_KEYS: key {number} {problem}. {FIX}"
        raise MasterKeyError(message)
    return key


def _looks_like_an_example(key: bytes) -> bool:
    return len(set(key)) < FEWEST_DISTINCT_BYTES or any(word in key.lower() for word in EXAMPLE_WORDS)
