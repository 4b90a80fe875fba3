"""The models that exist for us, read from `catalogue.toml` (requirement S1)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from shared.domain.plans import Plan

MINI = "mevichat:mini"
RETIREMENT_WARNING = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue; token figures are the provider's published limits."""

    id: str
    provider: str
    wire_id: str
    name: str
    plan: Plan
    context_tokens: int
    output_tokens: int
    input_tokens: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    retires_on: date | None = None
    successor: str | None = None

    @property
    def needs_key(self) -> bool:
        """Tell whether the model runs on a workspace's own key."""
        return self.id != MINI

    def prompt_budget_tokens(self, reserved_output_tokens: int) -> int:
        """Return how many tokens a prompt may take when so many are kept for the answer."""
        return min(self.input_tokens or self.context_tokens, self.context_tokens - reserved_output_tokens)

    def retirement_warning(self, today: date) -> str | None:
        """Return the sentence that warns of the model's end, from 60 days before it."""
        if self.retires_on is None or today < self.retires_on - RETIREMENT_WARNING:
            return None
        follow = f" Switch to {self.successor} when it is offered here." if self.successor else ""
        return f"{self.name} is announced to retire on {self.retires_on:%d %b %Y}.{follow}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models by product id, in the file's order (cheapest of a provider first)."""

    models: Mapping[str, Model]

    def find(self, model_id: str) -> Model | None:
        """Return the model of that product id, or None when it is not available."""
        return self.models.get(model_id)

    def of_provider(self, provider: str) -> tuple[Model, ...]:
        """Return the provider's models, the cheapest first."""
        return tuple(model for model in self.models.values() if model.provider == provider)

    def allowed(self, plan: Plan) -> tuple[Model, ...]:
        """Return the models that the plan opens."""
        return tuple(model for model in self.models.values() if plan.includes(model.plan))


def load_catalogue() -> Catalogue:
    """Read the catalogue that ships with the product."""
    text = files("shared.domain").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return parse_catalogue(text)


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue from TOML text; a wrong or missing field raises at once."""
    models = [_model(entry) for entry in tomllib.loads(text)["models"]]
    return Catalogue(models=MappingProxyType({model.id: model for model in models}))


def _model(entry: dict[str, Any]) -> Model:
    parameters = MappingProxyType(entry.get("parameters", {}))
    return Model(**entry | {"plan": Plan(entry["plan"]), "parameters": parameters})
