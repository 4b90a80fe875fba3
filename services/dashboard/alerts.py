"""The banner: keys that cannot be used now, since when, why, what to do, and which bots that stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dashboard.context import AdminContext
from shared.domain.notices import advice_for
from shared.keys.users import bots_on_key
from shared.store.bots.read import list_bots
from shared.store.bots.rows import BotRow
from shared.store.keys.read import list_keys
from shared.store.keys.rows import KeyRow
from shared.store.notices.read import unusable_since


async def key_alerts(context: AdminContext, workspace_id: UUID) -> list[dict[str, Any]]:
    """Return an alert for each of the workspace's unusable keys, those that a person disabled included."""
    keys = [key for key in await list_keys(context.database, workspace_id) if not key.state.is_usable]
    if not keys:
        return []
    since = await unusable_since(context.database, [key.key_id for key in keys])
    bots = await list_bots(context.database, workspace_id)
    return [_alert(key, since.get(key.key_id), _ids(bots_on_key(key, bots, context.catalogue))) for key in keys]


def _alert(key: KeyRow, since: datetime | None, bots: list[str]) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "label": key.label,
        "provider": key.provider,
        "mask": key.mask,
        "state": key.state,
        "reason_code": key.standing.reason_code,
        "reason": key.standing.reason,
        "since": since,
        "what_to_do": advice_for(key.state),
        "bots": bots,
    }


def _ids(bots: Sequence[BotRow]) -> list[str]:
    return [str(bot.bot_id) for bot in bots]
