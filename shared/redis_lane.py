"""A connection that is kept for what happens with every turn: many commands, one write, one wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import redis.asyncio as redis
from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import (
    AuthenticationError,
    ConnectionError as BrokenConnectionError,
    RedisError,
    ResponseError,
    TimeoutError as SilentRedisError,
)

Command = Sequence[str | bytes | int]
"""A command's name and its arguments."""

_PATIENCE_SECONDS: Final = 5.0
"""Longer than any blocking read (inbox 1 s), so that silence is never taken for an outage."""
_RETRY_PAUSES_SECONDS: Final = (0.02, 0.04)
"""Only a broken connection is tried again, twice and soon; every command sent here may run twice."""


class RedisLane:
    """Sends commands over one connection that it keeps, one exchange after the other.

    The pool makes the connection at the first exchange and closes it with all others. Taking one from the pool for
    each command, and watching each step with a timeout of its own, costs several times what an exchange does
    (docs/decisions/0019).
    """

    def __init__(self, pool: ConnectionPool, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._pool = pool
        self._patience_seconds = patience_seconds
        self._connection: AbstractConnection | None = None
        self._timeout_of_others: float | None = None
        self._turn = asyncio.Lock()

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """Exchange the commands; raise what `exchange` does, and the first error among the replies."""
        return sound(await self.exchange(commands))

    async def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send the commands together and return their replies in order; a refused command's reply is its error.

        Raises:
            RedisError: Redis is away, silent for too long, or broke off; what it ran is unknown.

        """
        request = packed(commands)
        async with self._turn:
            for pause_seconds in _RETRY_PAUSES_SECONDS:
                try:
                    return await self._send_and_read(request, len(commands))
                except AuthenticationError:
                    raise
                except BrokenConnectionError:
                    await asyncio.sleep(pause_seconds)
            return await self._send_and_read(request, len(commands))

    async def close(self) -> None:
        """Give the connection back to the pool; only for a lane that has one to itself."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.socket_timeout = self._timeout_of_others
            await connection.disconnect()
            await self._pool.release(connection)

    async def _send_and_read(self, request: bytes, count: int) -> list[Any]:
        try:
            async with asyncio.timeout(self._patience_seconds):
                connection = self._connection or await self._connect()
                await connection.send_packed_command(request)
                return [await _read(connection) for _ in range(count)]
        except TimeoutError:
            raise SilentRedisError("Redis did not answer in time.") from None

    async def _connect(self) -> AbstractConnection:
        connection: AbstractConnection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        # the whole exchange has one
        self._timeout_of_others, connection.socket_timeout = connection.socket_timeout, None
        self._connection = connection
        return connection


class LaneRedis(redis.Redis):
    """A client whose `lane` is for all that has none of its own."""

    @cached_property
    def lane(self) -> RedisLane:
        """Return the one lane of this client."""
        return RedisLane(self.connection_pool)


def sound(replies: list[Any]) -> list[Any]:
    """Return the replies of an exchange; raise the first error among them."""
    for reply in replies:
        if isinstance(reply, RedisError):
            raise reply
    return replies


def packed(commands: Sequence[Command]) -> bytes:
    """Return the commands as Redis reads them."""
    return b"".join([pack_command(_untyped(command)) for command in commands])


def _untyped(command: Command) -> Any:
    return tuple(command)  # the packer's stub knows tuples of one part only


async def _read(connection: AbstractConnection) -> Any:
    """Return the next reply; whoever is stopped here leaves a connection that is closed, not one out of step."""
    try:
        return await connection.read_response()
    except ResponseError as refused:
        return refused
