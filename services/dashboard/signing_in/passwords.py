"""Passwords, kept as argon2id with the parameters of RFC 9106's second choice."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS = 12


def hash_password(password: str) -> str:
    """Return what is kept in a password's place; takes some 50 ms of CPU on purpose."""
    return _hasher().hash(password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is right; without a hash it takes as long and is wrong."""
    return await asyncio.to_thread(_verify, password, password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    nobodys_hash = _nobodys_hash()  # made by whoever comes first, so that it tells nothing either
    try:
        return _hasher().verify(password_hash or nobodys_hash, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody's password")
