"""What a page says aloud when it changes by itself: a state and one sentence for it; pure filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.key_states import KeyState
from shared.domain.notices import Channel, DeliveryStatus
from shared.domain.turn_status import TurnStatus
from shared.store.keys.rows import KeyRow
from shared.store.notices.rows import DeliveryRow

KEY_SENTENCES = {
    KeyState.ACTIVE: "is now active",
    KeyState.SUSPECT: "is being checked",
    KeyState.INVALID: "is now invalid: {provider} refused it",
    KeyState.OUT_OF_QUOTA: "is now out of quota: its {provider} account has no credit left",
    KeyState.RESTRICTED: "is now restricted: {provider} does not let it be used like this",
    KeyState.CANNOT_DECRYPT: "can no longer be decrypted: no master key of this installation opens it",
    KeyState.DISABLED: "is now disabled",
}
TURN_SENTENCES = {
    TurnStatus.COMPLETED: "A turn is completed.",
    TurnStatus.FAILED: "A turn has failed.",
    TurnStatus.CANCELLED: "A turn is cancelled.",
    TurnStatus.EXPIRED: "A turn has expired.",
}
"""The way to an end is no news."""
DELIVERY_SENTENCES = {
    DeliveryStatus.DELIVERED: "A notice was delivered by {channel}.",
    DeliveryStatus.GIVEN_UP: "A notice could not be delivered by {channel}.",
}
CHANNEL_NAMES = {Channel.WEBHOOK: "webhook", Channel.EMAIL: "e-mail"}


def told(name: str, state: str, sentence: str) -> Markup:
    """Return the attributes of an element whose `sentence` is said once its `state` is another one."""
    return Markup('data-told="{}" data-state="{}" data-sentence="{}"').format(name, state, sentence)


def told_key(key: KeyRow) -> Markup:
    """Return those of a key."""
    words = KEY_SENTENCES[key.state].format(provider=DISPLAY_NAMES[key.provider])
    return told(f"key {key.key_id}", key.state, f"Key {key.label} {words}.")


def told_turn(status: TurnStatus, turn_id: object) -> Markup:
    """Return those of a turn."""
    return told(f"turn {turn_id}", status, TURN_SENTENCES.get(status, ""))


def told_delivery(delivery: DeliveryRow, notice_id: object) -> Markup:
    """Return those of a notice on its way through one channel."""
    sentence = DELIVERY_SENTENCES.get(delivery.status, "").format(channel=CHANNEL_NAMES[delivery.channel])
    return told(f"notice {notice_id} {delivery.channel}", delivery.status, sentence)


def told_quota(quota: Mapping[str, Any]) -> Markup:
    """Return those of the month's messages."""
    state = "used up" if not quota["remaining"] else "low" if quota["warning"] else "enough"
    return told("quota", state, quota["warning"] or "There are messages left this month.")


def told_whether(is_wrong: bool, name: str, wrong: str, well: str) -> Markup:
    """Return those of something that is either wrong or well."""
    return told(name, "wrong" if is_wrong else "well", wrong if is_wrong else well)


TOLD_FILTERS: Mapping[str, Callable[..., Any]] = {
    "told_key": told_key,
    "told_turn": told_turn,
    "told_delivery": told_delivery,
    "told_quota": told_quota,
    "told_whether": told_whether,
}
