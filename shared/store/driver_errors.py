"""What the driver and SQLAlchemy raise, as the store's two errors."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError as PoolTimeoutError,
)

from shared.store.errors import StoreError, StoreUnavailableError

PASSING_STATES = ("08", "57P", "531", "533")
"""SQLSTATEs by their beginning: connection exceptions, a server that shuts down or starts up, and one that has no disk
or no connection left. None of them says anything about the statement."""
COLLISION_STATES = ("40",)
"""SQLSTATE class: rolled back because of what others did at the same time, so that the same again may work."""


class translated:  # noqa: N801 - reads as a word in a with statement
    """Turns the library's exceptions into the store's two."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StoreError):
            return
        if isinstance(error, OSError | TimeoutError | PoolTimeoutError | InterfaceError | OperationalError):
            raise StoreUnavailableError(type(error).__name__) from error
        if isinstance(error, DBAPIError | asyncpg.PostgresError) and _may_work_later(error):
            raise StoreUnavailableError(type(getattr(error, "orig", error)).__name__) from error
        if isinstance(error, asyncpg.InternalClientError):  # a connection that ends just now
            raise StoreUnavailableError(type(error).__name__) from error
        if isinstance(error, SQLAlchemyError | asyncpg.PostgresError | asyncpg.InterfaceError):
            raise StoreError(type(error).__name__) from error


def is_refusal(error: BaseException) -> bool:
    """Tell whether the driver's error says that PostgreSQL, which lives on, refused the statement."""
    return isinstance(error, asyncpg.PostgresError) and not _is_of(error, PASSING_STATES)


def has_collided(error: DBAPIError | asyncpg.PostgresError) -> bool:
    """Tell whether the statement was rolled back because of others, so that it may be run again."""
    return _is_of(error, COLLISION_STATES)


def _may_work_later(error: DBAPIError | asyncpg.PostgresError) -> bool:
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_lost or _is_of(error, PASSING_STATES + COLLISION_STATES)


def _is_of(error: DBAPIError | asyncpg.PostgresError, states: tuple[str, ...]) -> bool:
    """Tell whether the driver's error, or the one that SQLAlchemy wraps, bears one of the states."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", "") or "").startswith(states)
