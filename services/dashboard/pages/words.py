"""Times, numbers and states as people read them; pure filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.key_states import KeyState

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STATE_WORDS = {
    KeyState.ACTIVE: ("good", "Active"),
    KeyState.SUSPECT: ("warn", "Being checked"),
    KeyState.INVALID: ("bad", "Invalid"),
    KeyState.OUT_OF_QUOTA: ("bad", "Out of quota"),
    KeyState.RESTRICTED: ("bad", "Restricted"),
    KeyState.CANNOT_DECRYPT: ("bad", "Cannot be decrypted"),
    KeyState.DISABLED: ("off", "Disabled"),
}


def number(value: float) -> str:
    """Return a whole number with its thousands grouped."""
    return f"{value:,.0f}"


def exact_time(at: datetime) -> str:
    """Return an instant in full, in UTC."""
    return f"{at.astimezone(UTC):%d %b %Y %H:%M:%S} UTC"


def ago(at: datetime | None, now: datetime) -> Markup:
    """Return how long ago something was, with the exact instant on hover; "never" for None."""
    if at is None:
        return Markup('<span class="quiet">never</span>')
    words = _span(abs((now - at).total_seconds()))
    said = "just now" if words is None else f"in {words}" if at > now else f"{words} ago"
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, exact_time(at), said)


def age(since: datetime | None, now: datetime) -> Markup:
    """Return how long something has lasted, to the second below a minute; "none" for None."""
    if since is None:
        return Markup('<span class="quiet">none</span>')
    seconds = max((now - since).total_seconds(), 0)
    iso = since.astimezone(UTC).isoformat(timespec="seconds")
    words = _span(seconds) or f"{seconds:.0f} s"
    return Markup('<time datetime="{}" title="since {}">{}</time>').format(iso, exact_time(since), words)


def state_chip(state: str) -> Markup:
    """Return a key's state in words with a mark of its own: never by colour alone."""
    kind, words = STATE_WORDS[KeyState(state)]
    return chip(words, kind)


def chip(words: str, kind: str) -> Markup:
    """Return a short word with a mark; `kind` is good, warn, bad or off."""
    return Markup('<span class="chip {}">{}</span>').format(kind, words)


def provider_name(provider: str) -> str:
    """Return a provider's name as it writes it."""
    return DISPLAY_NAMES.get(provider, provider)


def _span(seconds: float) -> str | None:
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return None


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "ago": ago,
    "age": age,
    "exact_time": exact_time,
    "state_chip": state_chip,
    "chip": chip,
    "provider_name": provider_name,
}
