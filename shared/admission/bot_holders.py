"""Bots by their workspace and id: the way in for people who signed in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.store.bots.holder import find_bot_holder
from shared.store.bots.rows import BotHolder
from shared.store.database import Database


@dataclass(frozen=True, slots=True)
class BotAddress:
    """A bot as its workspace's own people name it."""

    workspace_id: UUID
    bot_id: UUID


class BotHolders:
    """Bots by address, read anew each time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, address: BotAddress) -> BotHolder | None:
        """Return the bot of this workspace with what decides its turns."""
        return await find_bot_holder(self._database, workspace_id=address.workspace_id, bot_id=address.bot_id)

    def is_fresh(self, _address: BotAddress, _since: float) -> bool:
        """Say yes: nothing is remembered."""
        return True

    def forget(self, _address: BotAddress) -> None:
        """Do nothing: nothing is remembered."""
