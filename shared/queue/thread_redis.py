"""Runs pipelines of dramatiq's script for the worker's threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import NoScriptError, OutOfMemoryError, RedisError

from shared.queue.dispatch import dispatch_script

_FULL: Final = "OOM command not allowed"

Command = tuple[str | bytes | int, ...]
"""The arguments of one EVALSHA after the script's name."""


def run_script(
    client: Redis, commands: Sequence[Command], *, then: Callable[[Pipeline], object] | None = None
) -> list[Any]:
    """Send the commands, and what `then` adds, in one pipeline and return their replies.

    A Redis that forgot the script is taught it, and the whole pipeline is sent again; the script's commands bear
    that. Raises OutOfMemoryError when Redis is full, else the RedisError of the first command that failed.
    """
    replies = _send(client, commands, then)
    if any(isinstance(reply, NoScriptError) for reply in replies):
        client.script_load(dispatch_script().text)
        replies = _send(client, commands, then)
    for reply in replies:
        if isinstance(reply, RedisError):
            raise _without_script_prefix(reply)
    return replies


def _without_script_prefix(error: RedisError) -> RedisError:
    """Name a full Redis by its class: inside a script Redis 6 reports it as a script's error with the text in it."""
    return OutOfMemoryError(str(error)) if _FULL in str(error) else error


def _send(client: Redis, commands: Sequence[Command], then: Callable[[Pipeline], object] | None) -> list[Any]:
    pipeline = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command("EVALSHA", dispatch_script().sha, *command)  # type: ignore[no-untyped-call]
    if then is not None:
        then(pipeline)
    replies: list[Any] = pipeline.execute(raise_on_error=False)
    return replies
