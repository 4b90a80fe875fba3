"""What every provider adapter takes and answers: one call in, one closed result out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.domain.catalogue import Model
from shared.domain.chat import ChatMessage, Passage
from shared.domain.error_types import ErrorType
from shared.domain.secret import Secret
from shared.domain.usage import Usage
from shared.providers.rate_limits import RateLimits


@dataclass(frozen=True, slots=True)
class Credential:
    """A workspace's key, opened for one call, with what the provider wants beside it."""

    key: Secret
    region: str | None = None
    organization: str | None = None
    project: str | None = None
    anthropic_workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChatCall:
    """One call to a model. `messages` are user and assistant turns; `system` stands apart.

    `parameters` are the caller's, OpenAI-style; the catalogue's rules decide which travel. `marks_system`: the
    provider is asked to keep the system prompt for the next call; `cache_key`: by what it finds kept prompts.
    """

    model: Model
    messages: tuple[ChatMessage, ...]
    system: str | None = None
    passages: tuple[Passage, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    credential: Credential | None = None
    stream: bool = False
    timeout_seconds: float = 600.0
    marks_system: bool = False
    cache_key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The model answered. `usage` is None when the provider gave no figures.

    `finish_reason` is OpenAI's word: stop, length, content_filter. `ignored_parameters` says of each
    parameter that did not travel as it was sent, why. `limits` are what the headers called exhausted.
    `quoted`: the passages that the answer was made of, None when only the model knows.
    """

    text: str
    finish_reason: str
    usage: Usage | None
    request_id: str | None = None
    ignored_parameters: Mapping[str, str] = field(default_factory=dict)
    limits: RateLimits | None = None
    quoted: tuple[Passage, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallFailure:
    """The call failed. `text` is what had come, `usage` and `limits` what the provider reported before.

    `usage_is_final`: the figures are of the whole call; else they were said before the text came.
    """

    error: ErrorType
    status: int | None = None
    type: str | None = None
    code: str | None = None
    request_id: str | None = None
    retry_after_seconds: float | None = None
    text: str = ""
    usage: Usage | None = None
    ignored_parameters: Mapping[str, str] = field(default_factory=dict)
    limits: RateLimits | None = None
    usage_is_final: bool = True


CallResult = Answer | CallFailure
OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ProbeAccepted:
    """The provider knows the key. `model` worked; None when the account reaches none that was asked.

    `models` are the account's wire ids, None when it may not list them. `blocked` are the models that were
    asked before and refused, by product id, each with its failure: the key works, only not on them.
    """

    model: str | None
    models: tuple[str, ...] | None
    request_id: str | None = None
    blocked: Mapping[str, CallFailure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProbeRefused:
    """The provider refused the key: `failure.error` proves it (shared/domain/key_rules.py)."""

    failure: CallFailure


@dataclass(frozen=True, slots=True)
class ProbeInconclusive:
    """Nothing was learnt about the key: the provider was not reached or failed."""

    failure: CallFailure


ProbeResult = ProbeAccepted | ProbeRefused | ProbeInconclusive


class Provider(Protocol):
    """One provider behind one door."""

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call; with `call.stream`, hand each piece of text to `on_text` as it comes.

        Never raises for what a provider, a network or a key does: that is a CallFailure.
        """
        ...

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:
        """Ask whether the key works, by a minimal completion on the first model that exists."""
        ...


Providers = Mapping[str, Provider]
"""Adapters by provider name: anthropic, openai, mevichat."""
