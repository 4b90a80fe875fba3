"""Why a delivery failed, as people read it; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.notices import DeliveryError

WORDS = {
    DeliveryError.TIMEOUT: "no answer in time",
    DeliveryError.CONNECTION: "no connection",
    DeliveryError.CERTIFICATE_REFUSED: "the certificate is not trusted",
    DeliveryError.NAME_UNRESOLVED: "the host's name is unknown",
    DeliveryError.ADDRESS_REFUSED: "the host's address is not public",
    DeliveryError.REDIRECT_REFUSED: "it redirects, which is not followed",
    DeliveryError.ANSWER_REFUSED: "the answer was no 2xx",
    DeliveryError.MAIL_REFUSED: "the mail server refused it",
    DeliveryError.MAIL_NOT_SET_UP: "this installation sends no e-mail",
    DeliveryError.CHANNEL_REMOVED: "the channel was taken away",
    DeliveryError.SECRET_UNREADABLE: "the secret cannot be opened; draw a new one",
}


def delivery_words(error: DeliveryError) -> str:
    """Return why an attempt did not deliver."""
    return WORDS[error]


NOTICE_FILTERS: Mapping[str, Callable[..., Any]] = {"delivery_words": delivery_words}
