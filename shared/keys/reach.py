"""Which models a workspace's keys reach, and in words why not. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from shared.domain.catalogue import Model
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.reach import is_listed
from shared.domain.reasons import reason_of_blocked_model
from shared.store.keys.rows import KeyRow


def key_for(keys: Iterable[KeyRow], provider: str, own_key_id: UUID | None = None) -> KeyRow | None:
    """Return the key that a call to this provider runs on: a bot's own and no other, else the default."""
    if own_key_id is not None:
        return next((key for key in keys if key.key_id == own_key_id and key.provider == provider), None)
    return next((key for key in keys if key.provider == provider and key.is_default), None)


def why_unreachable(model: Model, key: KeyRow | None) -> str | None:
    """Return why the model cannot be called on the key, or None when it can; Mini needs none."""
    if not model.needs_key:
        return None
    provider = DISPLAY_NAMES[model.provider]
    if key is None:
        return f"There is no {provider} key for it; add one."
    if not key.state.is_usable or key.sealed is None:
        return key.standing.reason or f"The {provider} key {key.label!r} cannot be used; re-test or rotate it."
    if model.id in key.standing.blocked:
        return reason_of_blocked_model(model.provider, model.name)
    if not is_listed(model, key.standing.models):
        return f"The account of the {provider} key {key.label!r} does not offer it."
    return None
