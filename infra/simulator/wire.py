"""What the server needs of a provider's wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from infra.simulator.behaviour import Behaviour
from infra.simulator.calls import Call
from infra.simulator.reply import Reply
from infra.simulator.scenario import Scenario, Table
from infra.simulator.throttle import Allowance


class Wire(Protocol):
    """One provider's wire format: bodies, events and headers as its own server sends them."""

    provider: str
    table: Table
    knows_every_key: bool

    def refusal_of(self, call: Call, missing_models: Sequence[str]) -> Scenario | None:
        """Return the scenario that the request itself asks for: a parameter or model it may not name."""
        ...

    def reply(self, call: Call, scenario: Scenario, behaviour: Behaviour) -> Reply:
        """Return the answer to the call's messages."""
        ...

    def whole(self, call: Call, reply: Reply, request_id: str) -> bytes:
        """Return the body of a whole answer."""
        ...

    def events(self, call: Call, reply: Reply, request_id: str) -> list[bytes]:
        """Return the server-sent events of a streamed answer, the last of them terminal."""
        ...

    def error_event(self, data: str) -> bytes:
        """Return the event that breaks a stream off with an error."""
        ...

    def error_body(self, scenario: Scenario, call: Call, request_id: str) -> bytes:
        """Return the error's body, with what the provider fills in from the request."""
        ...

    def model_list(self, missing_models: Sequence[str]) -> dict[str, Any]:
        """Return the body of the model list."""
        ...

    def headers(self, request_id: str) -> Mapping[str, str]:
        """Return the headers that the provider puts on every answer."""
        ...

    def limit_headers(self, allowance: Allowance) -> Mapping[str, str]:
        """Return the headers that say how a key with limits stands; a refused call is told when to try again."""
        ...
