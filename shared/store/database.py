"""PostgreSQL connections, the ways to use them, and the wall around each workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from asyncpg import PostgresError
from sqlalchemy import Connection, Row, TextClause, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.store.driver_errors import has_collided, translated
from shared.store.errors import StoreError
from shared.store.kept_connections import KeptConnections
from shared.store.url import sqlalchemy_url

Rows = TypeVar("Rows")

CONNECT_TIMEOUT_SECONDS = 5
PLANS = {"jit": "off", "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
"""Every statement of ours knows its index. A plan that was made while its table was young, and is kept by its
connection, would read the whole table for each turn once there are thousands (measured: 3.6 scans a turn)."""
RUNS_AFTER_COLLISIONS = 3
WALLED_CONNECTIONS = 4
"""So many at most serve one workspace's own statements: what people look at and change, never a turn's way."""
RENEW = "renew_patience"
"""Under which a lent connection has what its statements call before they wait."""
STAND_BEHIND = text("SELECT set_config('mevichat.workspace_id', :workspace_id, :for_this_transaction)")


class DatabaseRole(StrEnum):
    """What a connection may do; both roles are made by the migrations, and neither owns a table."""

    SERVICE = "mevichat_service"
    """The statements that serve many workspaces at once; it rewrites no audit and drops nothing."""
    WORKSPACE = "mevichat_workspace"
    """One workspace's statements: PostgreSQL shows it the rows of the workspace that it stands for, and no others."""


class Database:
    """PostgreSQL, as every transaction of the store sees it."""

    def __init__(
        self,
        engine: AsyncEngine,
        walled: AsyncEngine,
        workspace_id: UUID | None = None,
        *,
        kept: KeptConnections | None = None,
        patience_seconds: float | None = None,
    ) -> None:
        self._engine, self._walled, self._workspace_id = engine, walled, workspace_id
        self._kept, self._patience_seconds = kept, patience_seconds
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        connections: int,
        application_name: str,
        role: DatabaseRole | None = None,
        patience_seconds: float | None = None,
    ) -> Database:
        """Prepare a pool of at most so many connections, two at least; none is opened before it is needed.

        Half of them are for `fetch`, and stay open once they were.
        Without a role it does whatever the address's own user may: for migrations and operators' commands.
        `patience_seconds`: how long any answer is waited for; without it, as long as it takes.
        """
        kept = (connections + 1) // 2
        engine = _engine(url, max(connections, kept + 1), application_name, role)
        # asked before use: a lost server is noticed in the other pool first, and people would meet it here again
        walled = _engine(
            url, min(connections, WALLED_CONNECTIONS), application_name, DatabaseRole.WORKSPACE, asks_first=True
        )
        if patience_seconds is not None:
            _renew_with_each_statement(engine)
            _renew_with_each_statement(walled)
        return cls(
            engine,
            walled,
            kept=KeptConnections(engine, kept, wait_seconds=CONNECT_TIMEOUT_SECONDS),
            patience_seconds=patience_seconds,
        )

    def of(self, workspace_id: UUID) -> Database:
        """Return the same database from behind this workspace's wall: no statement sees another workspace's row.

        It shares its connections with every other one made by `of`, and is closed with this one.
        """
        return Database(self._walled, self._walled, workspace_id, patience_seconds=self._patience_seconds)

    async def call(self, statement: TextClause, **values: Any) -> Sequence[Row[Any]]:
        """Run one statement as its own transaction, one round trip, and return its rows.

        One that collides with others (serialization failure, deadlock) is run again a few times.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer; the effect is unknown.
            StoreError: PostgreSQL refused the statement; nothing happened.

        """
        return await self._in_time(lambda: self._run(statement, values))

    async def fetch(self, statement: str, *values: Any) -> Sequence[Any]:
        """Run a statement that every turn passes as `call` does, but past SQLAlchemy, straight on the driver.

        It names its values $1, $2 and so on, in PostgreSQL's own types; of a row its columns are items. Raises what
        `call` raises. Never behind a workspace's wall.
        """
        kept = self._kept
        assert kept is not None
        return await self._in_time(lambda: kept.fetch(statement, values))

    async def _in_time(self, run: Callable[[], Awaitable[Rows]]) -> Rows:
        with translated():
            if self._patience_seconds is None:
                return await _run_again(run)
            async with asyncio.timeout(self._patience_seconds):  # a connection that is left here is thrown away
                return await _run_again(run)

    async def _run(self, statement: TextClause, values: dict[str, Any]) -> Sequence[Row[Any]]:
        async with self._autocommit.connect() as connection:
            await self._stand_behind_wall(connection)
            result = await connection.execute(statement, values)
            return result.all() if result.returns_rows else []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits when the block ends and rolls back when it raises.

        Raises:
            StoreUnavailableError: PostgreSQL did not answer in time; the block was left, the effect is unknown.
            StoreError: PostgreSQL refused a statement; nothing happened.

        """
        with translated():
            async with self._lent() as connection:
                await self._stand_behind_wall(connection, for_this_transaction=True)
                yield connection
                await connection.commit()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a read-only transaction in which all statements see one instant; raises what `transaction` raises."""
        with translated():
            async with self._lent() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                await self._stand_behind_wall(connection, for_this_transaction=True)
                yield connection
                await connection.rollback()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection that is waited for with patience, for each of its answers anew."""
        async with asyncio.timeout(self._patience_seconds) as patience, self._engine.connect() as connection:
            info = connection.info
            if self._patience_seconds is not None:
                info[RENEW] = partial(_renew, patience, self._patience_seconds)
            try:
                async with _rolled_back(connection):
                    yield connection
            except asyncio.CancelledError:
                await connection.invalidate()  # to roll back would be to wait again
                raise
            finally:
                info.pop(RENEW, None)

    async def is_ready(self) -> bool:
        """Tell whether PostgreSQL answers."""
        try:
            await self.call(text("SELECT 1"))
        except StoreError:
            return False
        return True

    async def close(self) -> None:
        """Give all connections back."""
        if self._kept is not None:
            await self._kept.close()
        await self._engine.dispose()
        await self._walled.dispose()

    async def _stand_behind_wall(self, connection: AsyncConnection, *, for_this_transaction: bool = False) -> None:
        """Tell PostgreSQL which workspace is served, unless the connection served the same one last."""
        if self._workspace_id is None:
            return
        info = (await connection.get_raw_connection()).info
        if info.get(DatabaseRole.WORKSPACE) == self._workspace_id:
            return
        values = {"workspace_id": str(self._workspace_id), "for_this_transaction": for_this_transaction}
        await connection.execute(STAND_BEHIND, values)
        if not for_this_transaction:  # what a transaction sets ends with it, and a rollback takes it back
            info[DatabaseRole.WORKSPACE] = self._workspace_id


@asynccontextmanager
async def _rolled_back(connection: AsyncConnection) -> AsyncIterator[None]:
    """Take back what a block did that fails; where the connection is given back nothing would bound the wait for that."""
    try:
        yield
    except Exception:
        await connection.rollback()
        raise


def _renew(patience: asyncio.Timeout, seconds: float) -> None:
    if not patience.expired():
        patience.reschedule(asyncio.get_running_loop().time() + seconds)


def _renew_with_each_statement(engine: AsyncEngine) -> None:
    def renew(connection: Connection, *_: Any) -> None:
        if not connection.invalidated and RENEW in connection.info:
            connection.info[RENEW]()

    for what in ("before_cursor_execute", "commit", "rollback"):
        event.listen(engine.sync_engine, what, renew)


async def _run_again(run: Callable[[], Awaitable[Rows]]) -> Rows:
    for _ in range(RUNS_AFTER_COLLISIONS):
        try:
            return await run()
        except (DBAPIError, PostgresError) as error:
            if not has_collided(error):
                raise
    return await run()


def _engine(
    url: str, connections: int, application_name: str, role: DatabaseRole | None, *, asks_first: bool = False
) -> AsyncEngine:
    settings = {"application_name": application_name, **PLANS} | ({} if role is None else {"role": role.value})
    return create_async_engine(
        sqlalchemy_url(url),
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # the connection whose plans and caches are warm
        pool_timeout=CONNECT_TIMEOUT_SECONDS,
        pool_pre_ping=asks_first,
        logging_name=application_name,
        hide_parameters=True,  # an error would quote texts
        connect_args={"timeout": CONNECT_TIMEOUT_SECONDS, "server_settings": settings},
    )
