"""Runs dramatiq's script, many calls of it at once, for the worker's threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from redis.exceptions import NoScriptError, OutOfMemoryError, RedisError

from shared.queue.dispatch import dispatch_script
from shared.queue.thread_lane import ThreadLane
from shared.redis_lane import Command

_FULL: Final = "OOM command not allowed"


def run_script(lane: ThreadLane, calls: Sequence[Command], *, then: Sequence[Command] = ()) -> list[Any]:
    """Call the script with each of these arguments, then run other commands, and return all replies.

    A Redis that forgot the script is taught it, and everything is sent again; the script's commands bear that.
    Raises OutOfMemoryError when Redis is full, else the RedisError of the first command that failed.
    """
    commands = [*(("EVALSHA", dispatch_script().sha, *call) for call in calls), *then]
    replies = lane.exchange(commands)
    if any(isinstance(reply, NoScriptError) for reply in replies):
        lane.exchange([("SCRIPT", "LOAD", dispatch_script().text)])
        replies = lane.exchange(commands)
    for reply in replies:
        if isinstance(reply, RedisError):
            raise _without_script_prefix(reply)
    return replies


def _without_script_prefix(error: RedisError) -> RedisError:
    """Name a full Redis by its class: inside a script Redis 6 reports it as a script's error with the text in it."""
    return OutOfMemoryError(str(error)) if _FULL in str(error) else error
