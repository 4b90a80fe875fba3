"""A provider that is loaded when it is first called: the SDKs cost a second and some 50 MB to import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from shared.domain.catalogue import Model
from shared.providers.port import CallResult, ChatCall, Credential, OnText, ProbeResult, Provider


class LazyProvider:
    """Stands for the provider that `load` returns; the load runs once, beside the event loop."""

    def __init__(self, load: Callable[[], Provider]) -> None:
        self._load = load
        self._provider: Provider | None = None
        self._loading = asyncio.Lock()

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call, as `Provider.call` says."""
        provider = self._provider or await self._loaded()
        return await provider.call(call, on_text)

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:
        """Ask whether the key works, as `Provider.probe` says."""
        provider = self._provider or await self._loaded()
        return await provider.probe(credential, models, timeout_seconds)

    async def _loaded(self) -> Provider:
        async with self._loading:
            if self._provider is None:
                self._provider = await asyncio.to_thread(self._load)
            return self._provider
