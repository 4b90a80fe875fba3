"""How one of a caller's parameters travels to a model: rules that are data of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

PASS = "pass"  # noqa: S105 - a rule's word, no password # nosec B105


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class ParameterRule:
    """One rule; without any field the parameter passes as it is. The fields apply in this order.

    `default`: a value that says nothing new, neither sent nor reported. `refuse`: not sent, and this
    sentence says why. `values`: the only ones that the model takes. `clamp`: at most the model's output
    limit. `translate`: the adapter's translation of that name. `to`: the provider's own name, with dots
    where it lies inside of objects.
    """

    default: Any = None
    refuse: str | None = None
    values: tuple[Any, ...] = ()
    clamp: bool = False
    translate: Literal["list", "output_format"] | None = None
    to: str | None = None


def _written_out(rule: Any) -> Any:
    """Return the rule for which the word "pass" stands; anything else as it is."""
    return ParameterRule() if rule == PASS else rule


Rules = Mapping[str, Annotated[ParameterRule, BeforeValidator(_written_out)]]
"""Rules by the caller's name of the parameter."""
