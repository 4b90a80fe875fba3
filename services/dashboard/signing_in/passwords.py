"""Passwords, kept as argon2id with the parameters of RFC 9106's second choice."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 1_000


def problem_with_password(password: str) -> str | None:
    """Return why this cannot be a password and how to mend it; None when it can."""
    if len(password) < LEAST_CHARACTERS:
        return f"The password must have at least {LEAST_CHARACTERS} characters; use a longer one."
    if len(password) > MOST_CHARACTERS:
        return f"The password must have at most {MOST_CHARACTERS} characters; use a shorter one."
    return None


def hash_password(password: str) -> str:
    """Return what is kept in a password's place; takes some 50 ms of CPU on purpose."""
    return _hasher().hash(password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is right; without a hash it takes as long and is wrong."""
    return await asyncio.to_thread(_verify, password, password_hash or _nobodys_hash(), password_hash is not None)


def _verify(password: str, password_hash: str, is_known: bool) -> bool:
    try:
        return _hasher().verify(password_hash, password) and is_known
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody's password")
