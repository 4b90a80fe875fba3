"""A connection that one thread keeps: the lane of those that are no coroutines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.connection import AbstractConnection
from redis.exceptions import ResponseError

from shared.redis_lane import Command, packed


class ThreadLane:
    """Sends commands over one connection out of the client's pool; used by one thread.

    Nothing is tried again here: what a broken exchange did is for its caller to find out.
    """

    def __init__(self, client: Redis) -> None:
        self._pool = client.connection_pool
        self._connection: AbstractConnection | None = None

    def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send the commands together and return their replies in order; a refused command's reply is its error.

        Raises the RedisError of a Redis that is away or silent; what it ran is unknown.
        """
        connection = self._connection or self._connect()
        try:
            connection.send_packed_command([packed(commands)])  # type: ignore[no-untyped-call]
            return [_read(connection) for _ in commands]
        except BaseException:
            # the next exchange connects again, and never reads what is left of this one
            connection.disconnect()  # type: ignore[no-untyped-call]
            raise

    def close(self) -> None:
        """Give the connection back to the pool, closed; its thread ends."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.disconnect()  # type: ignore[no-untyped-call]
            self._pool.release(connection)  # type: ignore[arg-type]

    def _connect(self) -> AbstractConnection:
        self._connection = self._pool.get_connection()
        return self._connection


def _read(connection: AbstractConnection) -> Any:
    try:
        return connection.read_response()
    except ResponseError as refused:
        return refused
