"""The models that exist for us, as `catalogue.toml` and an installation's own file name them (requirement S1)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as validated

from shared.domain.parameter_rules import Rules
from shared.domain.plans import Plan
from shared.errors import MevichatError

MINI = "mevichat:mini"
PLATFORM = "mevichat"
"""The provider of the models that need no key of the workspace's."""
RETIREMENT_WARNING = timedelta(days=60)
EVERY = "every"
"""The set of rules that lies below all others."""

Tokens = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class CatalogueError(MevichatError):
    """Raised when an installation's own catalogue cannot be used; the message names the place and the problem."""


@validated(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Model:
    """One model of the catalogue; token figures are the provider's published limits.

    `regions`: where the provider can be told to run it, by a field of the request. `cache_from_tokens`: the shortest
    prompt that the provider keeps for the next call. With `takes_cache_key` it keeps prompts by itself, and finds them
    better by a key; without, only a system prompt that is marked.
    """

    id: Name
    provider: Literal["anthropic", "openai", "mevichat"]
    wire_id: Name
    name: Name
    plan: Plan
    context_tokens: Tokens
    output_tokens: Tokens
    input_tokens: Tokens | None = None
    parameters: Rules = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    cache_from_tokens: Tokens | None = None
    takes_cache_key: bool = False
    retires_on: date | None = None
    successor: str | None = None

    @property
    def needs_key(self) -> bool:
        """Tell whether the model runs on a workspace's own key."""
        return self.provider != PLATFORM

    def prompt_budget_tokens(self, reserved_output_tokens: int) -> int:
        """Return how many tokens a prompt may take when so many are kept for the answer."""
        return min(self.input_tokens or self.context_tokens, self.context_tokens - reserved_output_tokens)

    def is_retiring(self, today: date) -> bool:
        """Tell whether the model's announced end is near (60 days) or past; it may still answer."""
        return self.retires_on is not None and today >= self.retires_on - RETIREMENT_WARNING

    def retirement_warning(self, today: date) -> str | None:
        """Return the sentence that warns of the model's end, from 60 days before it."""
        if self.retires_on is None or not self.is_retiring(today):
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


def load_catalogue(own_file: Path | None = None) -> Catalogue:
    """Read the catalogue that ships with the product, and on top of it the installation's own file.

    Raises:
        CatalogueError: the own file cannot be read, or says something that no catalogue says.

    """
    shipped = files("shared.domain").joinpath("catalogue.toml").read_text(encoding="utf-8")
    if own_file is None:
        return parse_catalogue(shipped)
    try:
        return parse_catalogue(shipped, own_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = f"MEVICHAT_CATALOGUE_FILE: {own_file} cannot be read ({type(error).__name__}); correct the path."
        raise CatalogueError(message) from None
    except CatalogueError as error:
        message = f"MEVICHAT_CATALOGUE_FILE: {own_file}: {error}"
        raise CatalogueError(message) from None


def parse_catalogue(*texts: str) -> Catalogue:
    """Read a catalogue from TOML texts; a later one adds models and rules, or replaces those of the same name.

    Raises:
        CatalogueError: a text is no TOML, or a field is wrong, missing or unknown.

    """
    models: dict[str, Model] = {}
    sets: dict[str, dict[str, Any]] = {}
    for text in texts:
        document = _read_toml(text)
        sets |= document.parameters
        models |= {model.id: model for model in (_model(entry, sets) for entry in document.models)}
    return Catalogue(models=MappingProxyType(models))


class _Document(BaseModel):
    """The rough shape of a catalogue's text."""

    model_config = ConfigDict(extra="forbid")

    models: list[dict[str, Any]] = []
    parameters: dict[str, dict[str, Any]] = {}


def _read_toml(text: str) -> _Document:
    try:
        return _Document.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"it is no TOML: {error}."
        raise CatalogueError(message) from None
    except ValidationError as wrong:
        raise CatalogueError(_first_problem(wrong)) from None


def _model(entry: dict[str, Any], sets: Mapping[str, Any]) -> Model:
    """Return the model of an entry, whose rules lie on its named set, and that on the set for every model."""
    name = entry.get("id", "a model without id")
    chosen, own = entry.get("rules", EVERY), entry.get("parameters", {})
    if chosen not in (EVERY, *sets):
        message = f"{name}: rules names no set of [parameters]; choose one of {', '.join(sets)}."
        raise CatalogueError(message)
    if not isinstance(own, dict):
        message = f"{name}: parameters: Input should be a table of rules."
        raise CatalogueError(message)
    rules = sets.get(EVERY, {}) | sets.get(chosen, {}) | own
    try:
        return Model(**{key: value for key, value in entry.items() if key != "rules"} | {"parameters": rules})
    except ValidationError as wrong:
        message = f"{name}: {_first_problem(wrong)}"
        raise CatalogueError(message) from None


def _first_problem(wrong: ValidationError) -> str:
    problems = wrong.errors(include_url=False, include_context=False)
    # a misspelt name also makes the right one missing: the misspelling says more
    problem = next((each for each in problems if each["type"] == "unexpected_keyword_argument"), problems[0])
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}."
