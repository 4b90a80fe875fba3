"""The named scenarios, read from the tables in `scenarios/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

OPENAI = "openai"
ANTHROPIC = "anthropic"
COMPATIBLE = "compatible"
"""Servers that speak as OpenAI does: no provider that sells keys."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a call meets: an error `body` with `status`, an `event` that ends a stream, or a `fault`.

    `only` narrows it to "stream" (streamed calls) or "models" (the model list); other calls
    succeed. A `bare` answer has none of the provider's own headers, as from a proxy at its edge.
    """

    name: str
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    bare: bool = False
    only: str | None = None
    event: str | None = None
    fault: str | None = None
    reply: str = "plain"

    def meets(self, kind: str) -> bool:
        """Tell whether a call of this kind (whole, stream, models) meets the scenario."""
        if self.only is not None:
            return self.only == kind
        return kind != "models" or self.body is not None


Table = Mapping[str, Scenario]


def load_scenarios() -> Mapping[str, Table]:
    """Return each provider's scenarios by name, the faults that both share included."""
    faults = _read("faults.toml")
    return {name: {**faults, **_read(f"{name}.toml")} for name in (OPENAI, ANTHROPIC)}


def load_compatible() -> Table:
    """Return the scenarios of compatible servers by name, the faults included."""
    return {**_read("faults.toml"), **_read("compatible.toml")}


def _read(file: str) -> dict[str, Scenario]:
    text = files("infra.simulator.scenarios").joinpath(file).read_text(encoding="utf-8")
    return {name: Scenario(name=name, **entry) for name, entry in tomllib.loads(text).items()}
