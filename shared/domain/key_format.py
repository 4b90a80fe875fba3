"""Provider keys as text: what people paste, what it may be, how it is shown (requirements S3, S5)."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from shared.domain.secret import Secret

MAX_LENGTH = 512
SHORTEST_WITH_ENDING = 16
PUBLIC_PREFIX = re.compile(r"^(sk-ant-api\d\d-|sk-ant-|sk-proj-|sk-svcacct-|sk-)")
ASSIGNMENT = re.compile(r"^(export\s+)?[A-Z][A-Z0-9_]*\s*=\s*")
DISPLAY_NAMES = {"openai": "OpenAI", "anthropic": "Anthropic", "mevichat": "Mevichat"}


def default_label(provider: str, taken: Collection[str]) -> str:
    """Return how a key is called that got no label: by its provider, with a number from the second on."""
    name = DISPLAY_NAMES[provider]
    numbered = (f"{name} {number}" for number in count(2))
    return next(label for label in chain((name,), numbered) if label not in taken)


def trim_key(pasted: str) -> str:
    """Return the key without what pasting brings along: space, quotes, `NAME=`, `Bearer `."""
    text = ASSIGNMENT.sub("", pasted.strip().strip("\ufeff\u200b"))
    text = text.strip().strip("\"'`").strip()
    return text.removeprefix("Bearer ").strip()


def problem_with_key(text: str, provider: str) -> str | None:
    """Return why this trimmed text cannot be the provider's key, and what to do; None when it can."""
    if provider not in ("openai", "anthropic"):
        return "provider must be openai or anthropic."
    name = DISPLAY_NAMES[provider]
    if not text:
        return f"key is empty; paste your {name} key."
    if len(text) > MAX_LENGTH:
        return f"key is longer than {MAX_LENGTH} characters; paste the key alone."
    if not text.isascii() or not text.isprintable() or " " in text:
        return "key contains spaces, control or non-ASCII characters; copy it again from the provider's console."
    return _wrong_kind(text, provider, name)


def _wrong_kind(text: str, provider: str, name: str) -> str | None:
    if text.startswith(("sk-ant-admin", "sk-admin-")):
        return f"key is an admin key, which cannot call models; create an ordinary {name} API key."
    if text.startswith("sk-ant-oat"):
        return "key is an OAuth token of a person's subscription; create an API key in Anthropic's console."
    is_anthropic = text.startswith("sk-ant-")
    if provider == "anthropic" and not is_anthropic:
        return (
            "key does not start with sk-ant-, as Anthropic's keys do; choose the other provider or paste another key."
        )
    if provider == "openai" and is_anthropic:
        return "key is an Anthropic key (sk-ant-); choose Anthropic, or paste your OpenAI key."
    if provider == "openai" and not text.startswith("sk-"):
        return "key does not start with sk-, as OpenAI's keys do; paste the whole key."
    return None


def mask_key(key: Secret) -> str:
    """Return what may be shown of a key: the provider's public prefix, bullets, the last four characters."""
    text = key.open()
    match = PUBLIC_PREFIX.match(text)
    prefix = match[0] if match else ""
    ending = text[-4:] if len(text) - len(prefix) >= SHORTEST_WITH_ENDING else ""
    return f"{prefix}••••••••{ending}"
