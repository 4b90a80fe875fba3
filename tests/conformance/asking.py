"""How the conformance tests ask: one provider, one key, one plain question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.simulator.server import Simulator
from shared.domain.catalogue import Model, load_catalogue
from shared.domain.chat import ChatMessage
from shared.domain.secret import Secret
from shared.providers.port import CallResult, ChatCall, Credential, Providers

PROVIDERS = ("openai", "anthropic")
PREFIXES = {"openai": "sk-sim-", "anthropic": "sk-ant-sim-"}
QUESTION = "Hello again"
CATALOGUE = load_catalogue()


def key_of(provider: str, words: str, mark: str = "secretpart0123456789") -> str:
    """Return a key that spells these words to the simulator."""
    return f"{PREFIXES[provider]}{words}-{mark}"


def model_of(provider: str) -> Model:
    """Return the provider's cheapest model."""
    return CATALOGUE.of_provider(provider)[0]


def call_of(provider: str, key: str, **fields: Any) -> ChatCall:
    """Return a call with the plain question."""
    values: Mapping[str, Any] = {
        "messages": (ChatMessage("user", QUESTION),),
        "credential": Credential(Secret(key)),
        "timeout_seconds": 10.0,
        "model": model_of(provider),
    }
    return ChatCall(**{**values, **fields})


@dataclass(slots=True)
class Room:
    """The simulator, the providers that call it, and what they handed on while they streamed."""

    simulator: Simulator
    providers: Providers
    heard: list[str] = field(default_factory=list)

    async def ask(self, provider: str, words: str, **fields: Any) -> CallResult:
        """Ask with a key that spells these words."""
        call = call_of(provider, key_of(provider, words), **fields)
        return await self.providers[provider].call(call, self.heard.append)
