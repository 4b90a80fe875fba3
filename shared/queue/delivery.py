"""A message in the hands of this worker, from its fetch to its ack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Delivery:
    """One fetched message; `redis_id` names it in dramatiq's keys, `queue` is the queue it was fetched from."""

    queue: str
    redis_id: str
    actor_name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    on_ack: Callable[[Delivery], None] = field(repr=False)
    is_settled: bool = False

    def ack(self) -> None:
        """Let the message be removed from Redis; a second call does nothing."""
        if not self.is_settled:
            self.is_settled = True
            self.on_ack(self)
