"""What becomes of a caller's parameters on the way to a model, by the catalogue's rules. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.catalogue import Model
from shared.domain.parameter_rules import ParameterRule


@dataclass(frozen=True, slots=True)
class Sent:
    """The parameter travels with this value; `note` is one sentence on what was changed, if anything was."""

    value: Any
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The parameter stays behind; `reason` is one sentence, or None where nothing is lost by it."""

    reason: str | None = None


Fate = Sent | NotSent
Translate = Callable[[Any], Fate]
Translations = Mapping[str, Translate]
"""An adapter's translations, by the name that the catalogue's rules give them."""


@dataclass(slots=True)
class Travelling:
    """`sent` goes into the provider's request; `ignored` tells the caller what was not sent as it was, and why."""

    sent: dict[str, Any] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)


def travelling(model: Model, parameters: Mapping[str, Any], translations: Translations) -> Travelling:
    """Decide on every parameter; one that is None was not set.

    Where two travel under one name, the one that already bears it wins (`max_tokens` beside
    `max_completion_tokens`), and the other is reported if it said something else.
    """
    result, senders = Travelling(), dict[str, str]()
    for name in sorted(parameters, key=lambda name: (_wire_name(model, name) == name, name)):
        fate = _fate(model, name, parameters[name], translations)
        note = fate.note if isinstance(fate, Sent) else fate.reason
        if note is not None:
            result.ignored[name] = note
        if isinstance(fate, Sent):
            wire_name = _wire_name(model, name)
            earlier = senders.get(wire_name)
            if earlier is not None and parameters[earlier] != parameters[name]:
                result.ignored[earlier] = f"Not sent: {name} is, and means the same."
            senders[wire_name] = name
            _put(result.sent, wire_name, fate.value)
    return result


def as_list(value: Any) -> Fate:
    """Translate one value, or a list of them, into a list; an empty one says nothing."""
    values = value if isinstance(value, list) else [value]
    return Sent(values) if values else NotSent()


def _fate(model: Model, name: str, value: Any, translations: Translations) -> Fate:
    rule = model.parameters.get(name)
    if value is None:
        return NotSent()
    if rule is None:
        return NotSent(f"The catalogue does not say that {model.name} takes it.")
    if rule.default is not None and value == rule.default:
        return NotSent()
    if rule.refuse is not None:
        return NotSent(rule.refuse)
    if rule.values and value not in rule.values:
        return NotSent(f"{model.name} takes only {', '.join(map(str, rule.values))}.")
    return _changed(model, rule, value, translations)


def _changed(model: Model, rule: ParameterRule, value: Any, translations: Translations) -> Fate:
    if rule.clamp and isinstance(value, int) and value > model.output_tokens:
        return Sent(model.output_tokens, f"Lowered to {model.output_tokens}, the most that {model.name} writes.")
    return translations.get(rule.translate or "", Sent)(value)


def _wire_name(model: Model, name: str) -> str:
    rule = model.parameters.get(name)
    return rule.to if rule and rule.to else name


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    """Set a field that may lie inside of objects (`output_config.format`)."""
    *outer, last = path.split(".")
    for name in outer:
        fields = fields.setdefault(name, {})
    fields[last] = value
