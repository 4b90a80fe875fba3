"""One pool of PostgreSQL connections and the two ways to use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError as PoolTimeoutError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.store.errors import StoreError, StoreUnavailableError
from shared.store.url import sqlalchemy_url

CONNECT_TIMEOUT_SECONDS = 5
PLANS = {"jit": "off", "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
"""Every statement of ours knows its index. A plan that was made while its table was young, and is kept by its
connection, would read the whole table for each turn once there are thousands (measured: 3.6 scans a turn)."""
PASSING_STATES = ("08", "57P", "531", "533")
"""SQLSTATEs by their beginning: connection exceptions, a server that shuts down or starts up, and one that has no disk
or no connection left. None of them says anything about the statement."""
COLLISION_STATES = ("40",)
"""SQLSTATE class: rolled back because of what others did at the same time, so that the same again may work."""
RUNS_AFTER_COLLISIONS = 3


class Database:
    """PostgreSQL, as every transaction of the store sees it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    def connect(cls, url: str, *, connections: int, application_name: str) -> Database:
        """Prepare a pool of at most so many connections; none is opened before it is needed."""
        engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=connections,
            max_overflow=0,
            pool_use_lifo=True,  # the connection whose plans and caches are warm
            pool_timeout=CONNECT_TIMEOUT_SECONDS,
            connect_args={
                "timeout": CONNECT_TIMEOUT_SECONDS,
                "server_settings": {"application_name": application_name, **PLANS},
            },
        )
        return cls(engine)

    async def call(self, statement: TextClause, **values: Any) -> Sequence[Row[Any]]:
        """Run one statement as its own transaction, one round trip, and return its rows.

        One that collides with others (serialization failure, deadlock) is run again a few times.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer; the effect is unknown.
            StoreError: PostgreSQL refused the statement; nothing happened.

        """
        with _translated():
            for _ in range(RUNS_AFTER_COLLISIONS):
                try:
                    return await self._run(statement, values)
                except DBAPIError as error:
                    if not _is_of(error, COLLISION_STATES):
                        raise
            return await self._run(statement, values)

    async def _run(self, statement: TextClause, values: dict[str, Any]) -> Sequence[Row[Any]]:
        async with self._autocommit.connect() as connection:
            result = await connection.execute(statement, values)
            return result.all() if result.returns_rows else []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""
        with _translated():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a read-only transaction in which all statements see one instant."""
        with _translated():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield connection

    async def is_ready(self) -> bool:
        """Tell whether PostgreSQL answers."""
        try:
            await self.call(text("SELECT 1"))
        except StoreError:
            return False
        return True

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()


class _translated:  # noqa: N801 - reads as a word in a with statement
    """Turns the library's exceptions into the store's two."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StoreError):
            return
        if isinstance(error, OSError | TimeoutError | PoolTimeoutError | InterfaceError | OperationalError):
            raise StoreUnavailableError(type(error).__name__) from error
        if isinstance(error, DBAPIError) and _may_work_later(error):
            raise StoreUnavailableError(type(error.orig).__name__) from error
        if isinstance(error, SQLAlchemyError):
            raise StoreError(type(error).__name__) from error


def _may_work_later(error: DBAPIError) -> bool:
    return error.connection_invalidated or _is_of(error, PASSING_STATES + COLLISION_STATES)


def _is_of(error: DBAPIError, states: tuple[str, ...]) -> bool:
    return str(getattr(error.orig, "sqlstate", "") or "").startswith(states)
