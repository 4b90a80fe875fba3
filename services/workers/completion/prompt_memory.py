"""Which system prompts were sent just now: one that comes again soon is worth keeping at its provider."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final
from uuid import UUID

from services.workers.completion.history import estimate_tokens
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
        if not system or model.cache_from_tokens is None or estimate_tokens(system) < model.cache_from_tokens:
            return False
        prompt = (key_id, model.id, hash(system))
        sent_at = self._sent_at.pop(prompt, None)
        self._sent_at[prompt] = now_seconds
        if len(self._sent_at) > MOST_PROMPTS:
            self._sent_at.popitem(last=False)
        return sent_at is not None and now_seconds - sent_at < KEPT_SECONDS
