"""Which prompts a provider is asked to keep for the next call, where that saves more than it costs."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final
from uuid import UUID

from services.workers.completion.history import estimate_prompt_tokens
from services.workers.completion.prepare import Prompt
from services.workers.completion.tokens import estimate_tokens
from shared.domain.catalogue import Model

KEPT_SECONDS: Final = 300.0
"""So long a provider keeps a marked prompt after its last use."""
MOST_PROMPTS: Final = 4096


class PromptMemory:
    """Says which system prompts to mark.

    A marked prompt costs a quarter more when it is written and a tenth when it is read. So a prompt is marked from
    its second call within KEPT_SECONDS on: a bot that is asked once in a while never pays for what nobody reads.
    """

    def __init__(self) -> None:
        self._sent_at: OrderedDict[tuple[UUID | None, str, int], float] = OrderedDict()

    def marks(self, system: str | None, model: Model, key_id: UUID | None, now_seconds: float) -> bool:
        """Take note that the prompt is sent now, and tell whether it should be marked."""
        if not system or model.takes_cache_key or not _is_long(estimate_tokens(system), model):
            return False
        prompt = (key_id, model.id, hash(system))
        sent_at = self._sent_at.pop(prompt, None)
        self._sent_at[prompt] = now_seconds
        if len(self._sent_at) > MOST_PROMPTS:
            self._sent_at.popitem(last=False)
        return sent_at is not None and now_seconds - sent_at < KEPT_SECONDS


def cache_key_of(prompt: Prompt, model: Model, bot_id: UUID) -> str | None:
    """Return by what a provider that keeps prompts by itself finds those of this bot; None where it keeps none. Pure."""
    if not model.takes_cache_key or not _is_long(estimate_prompt_tokens(prompt.messages, prompt.system), model):
        return None
    return bot_id.hex


def _is_long(tokens: int, model: Model) -> bool:
    return model.cache_from_tokens is not None and tokens >= model.cache_from_tokens
