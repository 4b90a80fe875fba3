"""How a request travels to a provider and its answer back: one port, and behind it direct HTTP or the provider's SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.error_types import ErrorType
from shared.errors import MevichatError
from shared.providers.error_table import Reported
from shared.providers.port import Credential


class ReportedError(MevichatError):
    """The provider answered that it will not; `reported` says how. It tells no text: that may quote a key."""

    def __init__(self, reported: Reported) -> None:
        super().__init__("the provider reported an error")
        self.reported = reported


class UnreachedError(MevichatError):
    """The network gave way: `error` is TIMEOUT or CONNECTION."""

    def __init__(self, error: ErrorType) -> None:
        super().__init__(error.value)
        self.error = error


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece: its headers (names in any case) and its JSON."""

    headers: Mapping[str, str]
    body: object


class Events(Protocol):
    """An answer in pieces: its headers, and each event's JSON as it comes, to the end that the dialect knows."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the answer's headers (names in any case)."""
        ...

    def __aiter__(self) -> AsyncIterator[object]:
        """Read the events.

        Raises:
            ReportedError: an event told of an error.
            UnreachedError: the stream broke off.
            ValueError: what came was no JSON.

        """
        ...


class Wire(Protocol):
    """Carries one provider's requests. Each raises `ReportedError`, `UnreachedError`, or ValueError for no JSON."""

    async def ask(self, credential: Credential, body: Mapping[str, Any]) -> Whole:
        """Send the body to the provider's chat path and wait for the whole answer."""
        ...

    def stream(self, credential: Credential, body: Mapping[str, Any]) -> AbstractAsyncContextManager[Events]:
        """Send the body and read the answer as it comes; leaving the block early drops the connection."""
        ...

    async def list_models(self, credential: Credential) -> bytes:
        """Ask for the models that the account may use."""
        ...
