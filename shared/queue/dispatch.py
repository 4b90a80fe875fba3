"""Speaks dramatiq's own Redis script, so that its workers and ours share the same queues.

The script and its keys: `dramatiq/brokers/redis/dispatch.lua` of dramatiq 2.2.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

NAMESPACE: Final = "dramatiq"
HEARTBEAT_TIMEOUT_MS: Final = 30_000
"""A worker silent for so long is dead, and its messages go back to their queues."""
DEAD_MESSAGE_TTL_MS: Final = 3_600_000
"""How long a rejected message is kept; the row is the record, so an hour to look at it is enough."""
MAX_UNPACK: Final = 2_000
"""How many values the script takes at once: under half of Redis' Lua stack of 8,000, as in dramatiq."""
HEARTBEAT: Final = "heartbeat"
"""Not a command of the script: it then does what it does for every command, the heartbeat and maintenance."""


@dataclass(frozen=True, slots=True)
class Script:
    """The script's text and the name under which Redis remembers it."""

    text: bytes
    sha: str


@cache
def dispatch_script() -> Script:
    """Read dramatiq's script from the installed package."""
    text = files("dramatiq.brokers").joinpath("redis", "dispatch.lua").read_bytes()
    # Redis names scripts by SHA-1 (EVALSHA); nothing here is secret.
    return Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest())


@cache
def ack_script() -> str:
    """Read our own script that acks many messages; so short that it is sent each time."""
    return files("shared.queue").joinpath("ack.lua").read_text(encoding="utf-8")


@cache
def ring_script() -> str:
    """Read our own script that enqueues many messages and rings; so short that it is sent each time."""
    return files("shared.queue").joinpath("ring.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Builds the script's arguments as one sender (`broker_id`) sends them."""

    broker_id: str
    namespace: str = NAMESPACE
    heartbeat_timeout_ms: int = HEARTBEAT_TIMEOUT_MS
    dead_message_ttl_ms: int = DEAD_MESSAGE_TTL_MS

    def arguments(
        self, command: str, queue: str, *values: str | bytes | int, maintenance: bool = False
    ) -> tuple[str | bytes | int, ...]:
        """Return what follows the script's name in EVALSHA: the number of keys, the key and the arguments."""
        now_ms = int(time.time() * 1000)
        head = (command, now_ms, queue, self.broker_id, self.heartbeat_timeout_ms, self.dead_message_ttl_ms)
        return (1, self.namespace, *head, int(maintenance), MAX_UNPACK, *values)

    def queue_key(self, queue: str) -> str:
        """Return the list of the message ids that wait."""
        return f"{self.namespace}:{queue}"

    def messages_key(self, queue: str) -> str:
        """Return the hash of the messages by their id."""
        return f"{self.namespace}:{queue}.msgs"

    def taken_key(self, queue: str) -> str:
        """Return the set of the ids that this sender fetched and has not acked."""
        return f"{self.namespace}:__acks__.{self.broker_id}.{queue}"

    def heartbeats_key(self) -> str:
        """Return the sorted set of the last heartbeat of every sender."""
        return f"{self.namespace}:__heartbeats__"

    def bell_key(self, queue: str) -> str:
        """Return the list on which idle consumers of a queue listen; ours, unknown to dramatiq."""
        return f"{self.namespace}:{queue}.bell"

    def stop_bell_key(self, queue: str) -> str:
        """Return the list on which this sender's own consumer of a queue hears that it should stop; ours as well."""
        return f"{self.bell_key(queue)}.{self.broker_id}"
