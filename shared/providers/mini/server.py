"""Mini on a server that speaks OpenAI's Chat Completions, with the platform's own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.catalogue import Model
from shared.domain.secret import Secret
from shared.providers.port import CallResult, ChatCall, Credential, OnText, ProbeResult, Provider

NO_KEY_NEEDED = "none"
"""Sent where no key is configured: local servers ignore it, but the protocol has a place for one."""


class ServedMini:
    """Sends Mini's calls on under the server's own model name."""

    def __init__(self, provider: Provider, model_name: str, key: Secret) -> None:
        self._provider = provider
        self._model_name = model_name
        self._credential = Credential(key or Secret(NO_KEY_NEEDED))

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call, as `Provider.call` says; whatever credential it has is not used."""
        ours = replace(call, model=replace(call.model, wire_id=self._model_name), credential=self._credential)
        return await self._provider.call(ours, on_text)

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:  # noqa: ARG002
        """Ask whether the server answers, as `Provider.probe` says."""
        named = [replace(model, wire_id=self._model_name) for model in models]
        return await self._provider.probe(self._credential, named, timeout_seconds)
