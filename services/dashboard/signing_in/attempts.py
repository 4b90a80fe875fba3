"""Whose failed attempts to sign in are counted together, and how many are too many; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW_SECONDS = 900.0
FAILURES_OF_ONE_ACCOUNT = 5
FAILURES_FROM_ONE_ADDRESS = 30
HOUSEHOLD_BITS = 64
"""Whoever has one address of IPv6 has 2^64 of them."""


def subjects_of(address: str, email: str | None) -> dict[bytes, int]:
    """Return what an attempt is counted by, each with how many may fail: the address, and the account if one is named."""
    subjects = {_subject("address", _household(address)): FAILURES_FROM_ONE_ADDRESS}
    if email is not None:
        subjects[_subject("account", email)] = FAILURES_OF_ONE_ACCOUNT
    return subjects


def is_too_often(counted: Mapping[bytes, int], limits: Mapping[bytes, int]) -> bool:
    """Tell whether an attempt, counted already, is one too many."""
    return any(counted[subject] > most for subject, most in limits.items())


def _household(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, HOUSEHOLD_BITS), strict=False))
    return str(parsed)


def _subject(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}:{value}".encode()).digest()
