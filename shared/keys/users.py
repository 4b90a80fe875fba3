"""Which bots run on a key; pure."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.catalogue import Catalogue
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow


def bots_on_key(key: KeyRow, bots: Sequence[BotRow], catalogue: Catalogue) -> list[BotRow]:
    """Return the bots that name this key, and those that name none and find it as their provider's default."""
    return [bot for bot in bots if bot.key_id == key.key_id or _finds_by_default(bot, key, catalogue)]


def _finds_by_default(bot: BotRow, key: KeyRow, catalogue: Catalogue) -> bool:
    model = catalogue.find(bot.model)
    return bot.key_id is None and key.is_default and model is not None and model.provider == key.provider
