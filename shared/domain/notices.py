"""What a workspace is told about its keys, through which channels, and how a delivery can fail."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.key_states import KeyState


class NoticeKind(StrEnum):
    """What a notice says; the same word in the API and as a webhook's `type`."""

    KEY_UNUSABLE = "key_unusable"
    KEY_RECOVERED = "key_recovered"
    TEST = "test"


class Channel(StrEnum):
    """A way to the workspace."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class DeliveryError(StrEnum):
    """Why an attempt did not deliver; what the other side said is never kept."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    CERTIFICATE_REFUSED = "certificate_refused"
    NAME_UNRESOLVED = "name_unresolved"
    ADDRESS_REFUSED = "address_refused"
    REDIRECT_REFUSED = "redirect_refused"
    ANSWER_REFUSED = "answer_refused"
    MAIL_REFUSED = "mail_refused"
    MAIL_NOT_SET_UP = "mail_not_set_up"
    CHANNEL_REMOVED = "channel_removed"
    SECRET_UNREADABLE = "secret_unreadable"  # noqa: S105 - a reason, no password # nosec B105

    @property
    def is_final(self) -> bool:
        """Tell whether no later attempt can succeed, because the workspace must act first."""
        return self in (DeliveryError.CHANNEL_REMOVED, DeliveryError.SECRET_UNREADABLE)


ADVICE = {
    KeyState.INVALID: "Create a new key in the provider's console and rotate this one.",
    KeyState.OUT_OF_QUOTA: "Add credit or raise the limit of the provider account, then re-test the key.",
    KeyState.RESTRICTED: "Check the key's scopes, project and region in the provider's console, then re-test it.",
    KeyState.CANNOT_DECRYPT: "Rotate the key: paste it anew.",
    KeyState.DISABLED: "Enable the key, or give its bots another one.",
}


def advice_for(state: KeyState) -> str | None:
    """Return what to do about a key in this state; None while there is nothing to do."""
    return ADVICE.get(state)
