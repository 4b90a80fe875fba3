"""What became of a turn, as a reply carries it and a row keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from shared.domain.sources import Source, read_sources, write_sources
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import NO_USAGE, Usage, UsageKind

UNSAID = "The model does not take it."
"""The reason beside a parameter that an older version noted by its name alone."""


def read_ignored(value: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    """Return the reasons by parameter; older versions wrote a list of names."""
    if isinstance(value, Mapping):
        return dict(value)
    return dict.fromkeys(value or (), UNSAID)


@dataclass(frozen=True, slots=True)
class TurnError:
    """Why a turn failed: `type` of ErrorType, `reason` one sentence for the bot's owner.

    The provider's text is never here: only its status, type, code and request id.
    """

    type: str
    reason: str
    retryable: bool
    provider_status: int | None = None
    provider_type: str | None = None
    provider_code: str | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The end of a turn, enough to answer its caller without reading its row again.

    `attempt` is the attempt that ended it. `answer` is the text that the user reads,
    the apology excluded; `partial` says that the text broke off. `ignored_parameters` says of each
    parameter that did not travel to the model as it was sent, why. `cached`: the answer was kept from an earlier turn.
    `sources`: the passages that the model was given.
    """

    turn_id: str
    status: TurnStatus
    attempt: int
    answer: str | None = None
    partial: bool = False
    finish_reason: str | None = None
    model: str | None = None
    provider: str | None = None
    error: TurnError | None = None
    usage: Usage = NO_USAGE
    usage_kind: UsageKind = UsageKind.UNKNOWN
    ignored_parameters: Mapping[str, str] = field(default_factory=dict)
    cached: bool = False
    sources: tuple[Source, ...] = ()

    def to_primitives(self) -> dict[str, Any]:
        """Return the result as JSON-ready values."""
        error = self.error
        return {
            "turn_id": self.turn_id,
            "status": self.status.value,
            "attempt": self.attempt,
            "answer": self.answer,
            "partial": self.partial,
            "finish_reason": self.finish_reason,
            "model": self.model,
            "provider": self.provider,
            "error": None if error is None else {name: getattr(error, name) for name in error.__slots__},
            "usage": self.usage.to_primitives(),
            "usage_kind": self.usage_kind.value,
            "ignored_parameters": dict(self.ignored_parameters),
            "cached": self.cached,
            **({"sources": write_sources(self.sources)} if self.sources else {}),
        }

    @classmethod
    def from_primitives(cls, values: dict[str, Any]) -> Self:
        """Rebuild a result; unknown names are ignored so that newer writers may add some."""
        known = {name: values[name] for name in cls.__slots__ if name in values}
        error = known.get("error")
        return cls(
            **known
            | {
                "status": TurnStatus(known["status"]),
                "error": None if error is None else TurnError(**error),
                "usage": Usage(**known["usage"]),
                "usage_kind": UsageKind(known["usage_kind"]),
                "ignored_parameters": read_ignored(known.get("ignored_parameters")),
                **({"sources": read_sources(known["sources"])} if "sources" in known else {}),
            },
        )
