"""Keys as their page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.signing_in.visit import Visit
from shared.domain.key_age import is_due_for_rotation
from shared.domain.key_states import KeyState
from shared.domain.notices import advice_for
from shared.keys.users import bots_on_key
from shared.store.bots.read import list_bots
from shared.store.bots.rows import BotRow
from shared.store.keys.read import list_keys
from shared.store.keys.rows import KeyRow


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key with the bots that run on it, what to do about its state, and the models blocked for it by name."""

    row: KeyRow
    bots: tuple[BotRow, ...]
    advice: str | None
    is_due_for_rotation: bool
    blocked: tuple[str, ...]


async def key_views(visit: Visit) -> list[KeyView]:
    """Return the workspace's keys: two queries, however many there are."""
    bots = await list_bots(visit.context.database, visit.workspace_id)
    keys = await list_keys(visit.context.database, visit.workspace_id)
    return [_view(visit, key, bots) for key in keys]


def _view(visit: Visit, key: KeyRow, bots: Sequence[BotRow]) -> KeyView:
    catalogue, rotation_days = visit.context.catalogue, visit.context.settings.rotation_days
    blocked = [catalogue.find(model_id) for model_id in key.standing.blocked]
    return KeyView(
        row=key,
        bots=tuple(bots_on_key(key, bots, catalogue)),
        advice=None if key.state is KeyState.ACTIVE else advice_for(key.state),
        is_due_for_rotation=is_due_for_rotation(key.rotated_at, now=visit.now, rotation_days=rotation_days),
        blocked=tuple(model.name for model in blocked if model is not None),
    )
