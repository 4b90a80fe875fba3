"""One sentence of our own for each way to fail: for the bot's owner, never for the end user."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from shared.domain.catalogue import PLATFORM
from shared.domain.error_types import ErrorType
from shared.domain.key_format import DISPLAY_NAMES

SAFE_CODE = re.compile(r"^[a-z0-9_.\-]{1,64}$")
"""A provider's code is shown only when it looks like one: free text may echo a key."""

SENTENCES = {
    ErrorType.KEY_REFUSED: "The workspace's {provider} key was refused on {at}: wrong, expired or revoked{detail}. Rotate the key.",
    ErrorType.BILLING: "{provider} refused the workspace's key on {at} for billing{detail}. Check the account's payment and credit.",
    ErrorType.QUOTA_EXHAUSTED: "The workspace's {provider} account had no quota left on {at}{detail}. Add credit or raise its limit.",
    ErrorType.PERMISSION: "{provider} did not permit the workspace's key to do this on {at}{detail}. Check the key's scopes, organisation and project.",
    ErrorType.REGION: "{provider} refused the workspace's key for its region or address on {at}{detail}. Check the key's region.",
    ErrorType.MODEL_UNAVAILABLE: "{provider} does not offer this model to the workspace's account{detail}. Choose another model.",
    ErrorType.RATE_LIMITED: "The workspace's {provider} account reached its rate limit on {at}{detail}. Try again, or give the bot a key of its own.",
    ErrorType.OVERLOADED: "{provider} was overloaded or down on {at}{detail}. Try again.",
    ErrorType.TIMEOUT: "{provider} did not answer in time on {at}{detail}. Try again.",
    ErrorType.CONNECTION: "{provider} could not be reached on {at}{detail}. Try again.",
    ErrorType.REQUEST_INVALID: "{provider} did not accept the request{detail}. Check the bot's prompt and the request's parameters.",
    ErrorType.CONTEXT_TOO_LONG: "The conversation is longer than the model takes{detail}. Start a new conversation or choose another model.",
    ErrorType.CONTENT_REFUSED: "{provider} declined the content{detail}. Rephrase the message.",
    ErrorType.STREAM_BROKEN: "{provider}'s answer broke off on {at}{detail}. Try again.",
    ErrorType.UNKNOWN: "{provider} failed in an unknown way on {at}{detail}. Try again, or tell support.",
    ErrorType.NO_KEY: "The workspace has no {provider} key for this bot. Add a key, make one the default, or choose mevichat:mini.",
    ErrorType.KEY_UNUSABLE: "The workspace's {provider} key cannot be used. Re-test or rotate it.",
    ErrorType.PLAN_FORBIDS_MODEL: "The workspace's plan does not include this model. Upgrade, or choose mevichat:mini.",
    ErrorType.MODEL_RETIRED: "The model is no longer offered{detail}. Choose another model for the bot.",
    ErrorType.WORKER_CRASHED: "Three workers in a row stopped in the middle of this turn. Retry it by hand or tell support.",
    ErrorType.EXPIRED: "The turn's deadline passed before it could be answered. Retry it by hand.",
}  # fmt: skip

OWN_SERVER = "Mevichat Mini's server is not set up rightly: it {did} on {at}{detail}. The operators are told; no key of the workspace is involved."
SENTENCES_OF_MINI = SENTENCES | {
    ErrorType.KEY_REFUSED: OWN_SERVER.replace("{did}", "refused the platform's own key"),
    ErrorType.BILLING: OWN_SERVER.replace("{did}", "refused the platform's own key for billing"),
    ErrorType.QUOTA_EXHAUSTED: OWN_SERVER.replace("{did}", "had no quota left for the platform"),
    ErrorType.PERMISSION: OWN_SERVER.replace("{did}", "did not permit the platform to do this"),
    ErrorType.REGION: OWN_SERVER.replace("{did}", "refused the platform's address"),
    ErrorType.MODEL_UNAVAILABLE: OWN_SERVER.replace("{did}", "did not know its model"),
    ErrorType.RATE_LIMITED: "Mevichat Mini's server had too much to do on {at}{detail}. Try again.",
    ErrorType.OVERLOADED: "Mevichat Mini's server was overloaded or down on {at}{detail}. The operators are told; try again.",
    ErrorType.TIMEOUT: "Mevichat Mini's server did not answer in time on {at}{detail}. The operators are told; try again.",
    ErrorType.CONNECTION: "Mevichat Mini's server could not be reached on {at}{detail}. The operators are told; try again.",
    ErrorType.STREAM_BROKEN: "Mevichat Mini's answer broke off on {at}{detail}. The operators are told; try again.",
    ErrorType.UNKNOWN: "Mevichat Mini's server failed in an unknown way on {at}{detail}. The operators are told; try again.",
    ErrorType.REQUEST_INVALID: "Mevichat Mini's server did not accept the request{detail}. Check the bot's prompt and the request's parameters.",
    ErrorType.CONTENT_REFUSED: "Mevichat Mini's server declined the content{detail}. Rephrase the message.",
}  # fmt: skip
"""Mini runs on the platform's server: what goes wrong there is no matter of a workspace's key or account."""


def reason_of_failure(
    error: ErrorType,
    *,
    provider: str,
    at: datetime,
    status: int | None = None,
    type: str | None = None,  # noqa: A002 - the provider's own word
    code: str | None = None,
) -> str:
    """Return the sentence: what happened, when, the provider's status and code, what to do."""
    sentences = SENTENCES_OF_MINI if provider == PLATFORM else SENTENCES
    return sentences[error].format(
        provider=DISPLAY_NAMES.get(provider, provider or "The provider"),
        at=f"{at.astimezone(UTC):%d %b %Y %H:%M} UTC",
        detail=_detail(status, type, code),
    )


def reason_of_refused_candidate(
    *,
    provider: str,
    status: int | None,
    type: str | None,  # noqa: A002 - the provider's own word
    code: str | None,
) -> str:
    """Return the sentence for a key that was pasted and refused: "Invalid API key" comes first (S13)."""
    name = DISPLAY_NAMES.get(provider, provider)
    return (
        f"Invalid API key. {name} refused it{_detail(status, type, code)}: it is wrong, expired or revoked. "
        "Paste the whole key, or create a new one."
    )


def reason_of_own_key(provider: str, model_name: str, *, own_provider: str | None) -> str:
    """Return the sentence for a bot whose own key cannot serve: it is of another provider, or (None) deleted."""
    if own_provider is None:
        return "The key that this bot names was deleted. Choose another for it, or none to use the workspace's default."
    own, needed = DISPLAY_NAMES.get(own_provider, own_provider), DISPLAY_NAMES.get(provider, provider)
    return (
        f"This bot's own key is one of {own}, and {model_name} needs one of {needed}. "
        "Choose another key for the bot, or none to use the workspace's defaults."
    )


def reason_of_blocked_model(provider: str, model_name: str) -> str:
    """Return the sentence for a model that the key may not use though it works on others."""
    name = DISPLAY_NAMES.get(provider, provider)
    return (
        f"{name} does not let the workspace's key use {model_name}. Choose another model for the bot, "
        "or open the model to the key's project and re-test the key."
    )


def safe_code(text: str | None) -> str | None:
    """Return a provider's type or code if it looks like one, else None."""
    return text if text and SAFE_CODE.match(text) else None


def _detail(status: int | None, error_type: str | None, code: str | None) -> str:
    word = safe_code(code) or safe_code(error_type)
    parts = [str(part) for part in (status, word) if part]
    return f" ({' '.join(parts)})" if parts else ""
