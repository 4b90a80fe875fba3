"""A PostgreSQL address as people write it, and as the library wants it."""

from __future__ import annotations

from sqlalchemy import URL, make_url


def sqlalchemy_url(url: str) -> URL:
    """Return the address with the asyncpg driver named, whatever driver it named before."""
    return make_url(url).set(drivername="postgresql+asyncpg")
