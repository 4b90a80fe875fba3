"""What an admission needs to know of a bot, and a way to find it."""

from __future__ import annotations

from typing import Protocol, TypeVar
from uuid import UUID

from shared.domain.plans import Plan
from shared.domain.rates import Rate
from shared.store.bots.rows import BotRow

Key_contra = TypeVar("Key_contra", contravariant=True)


class Holder(Protocol):
    """What decides a turn at the door: the bot, its workspace's plan, and the epoch by which they were read."""

    @property
    def workspace_id(self) -> UUID:
        """Whose bot it is."""

    @property
    def plan(self) -> Plan:
        """What the workspace may use."""

    @property
    def epoch(self) -> int:
        """Of which configuration this is."""

    @property
    def workspace_rate(self) -> Rate | None:
        """How many messages may come for all of the workspace's bots together."""

    @property
    def bot(self) -> BotRow | None:
        """None where a token is no bot's."""


class FindsHolder(Protocol[Key_contra]):
    """A way to the holder, by a token's hash or by a bot's address."""

    async def find(self, key: Key_contra, /) -> Holder | None:
        """Return the holder, or None when there is none."""

    def is_fresh(self, key: Key_contra, since: float, /) -> bool:
        """Tell whether the holder was read after that instant, so that a refusal by it needs no second look."""

    def forget(self, key: Key_contra, /) -> None:
        """Read the holder anew next time."""
