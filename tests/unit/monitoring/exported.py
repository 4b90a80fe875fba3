"""What the product's processes export, and which names stand in a PromQL expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import REGISTRY

import shared.metrics  # the registry knows what was imported
import shared.serving.protocol  # noqa: F401
from shared.domain.error_types import ErrorType
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import TurnStatus

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
PROMETHEUS_OWN = {"up": frozenset({"job", "instance"})}
OF_TARGET = frozenset({"job", "instance", "le"})
"""Labels that Prometheus, or a histogram, adds to every sample."""
KNOWN_VALUES: Mapping[str, type[StrEnum]] = {"status": TurnStatus, "error": ErrorType}
WORDS = frozenset(
    {"sum", "max", "by", "rate", "increase", "time", "absent", "histogram_quantile", "or", "and", "unless"}
)  # fmt: skip
"""Of PromQL, those that we use."""
STRING = re.compile(r'"([^"]*)"')
SELECTOR = re.compile(r"\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
BY = re.compile(r"\bby \(([^)]*)\)")
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
RANGE = re.compile(r"\[\d+[smh]\]")


@dataclass(frozen=True, slots=True)
class Named:
    """The metrics and labels of an expression, and which values its matchers name."""

    metrics: frozenset[str]
    labels: frozenset[str]
    values: tuple[tuple[str, str], ...]


def names_in(expression: str) -> Named:
    """Return what an expression names."""
    matchers = [match for selector in SELECTOR.findall(expression) for match in MATCHER.findall(selector)]
    grouped = {label.strip() for labels in BY.findall(expression) for label in labels.split(",")}
    values = tuple((label, value) for label, text in matchers for value in text.split("|"))
    rest = RANGE.sub("", BY.sub("", SELECTOR.sub("", expression)))
    metrics = {name for name in NAME.findall(rest) if name not in WORDS}
    return Named(frozenset(metrics), frozenset(grouped | {label for label, _ in matchers}), values)


def exported() -> dict[str, frozenset[str]]:
    """Return every sample's name that `/metrics` can have, with its own labels."""
    names = dict(PROMETHEUS_OWN)
    for family in REGISTRY.collect():
        collector = REGISTRY._names_to_collectors.get(family.name)
        labels = frozenset(getattr(collector, "_labelnames", ()))
        names |= {family.name + suffix: labels for suffix in SUFFIXES.get(family.type, ())}
    return names


def series() -> dict[str, set[tuple[str, str]]]:
    """Return by sample name the labels, each with its value, of all series of counters and histograms.

    A series without labels has its own name.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for family in REGISTRY.collect():
        if family.type in ("counter", "histogram"):
            found |= {family.name + suffix: set() for suffix in SUFFIXES[family.type]}
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    found[sample.name] |= set(sample.labels.items()) or {("", sample.name)}
    return found


def unknown_values(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the values of closed sets that are in none: a misspelt one would match nothing, for ever."""
    codes = {code.value for code in RefusalCode} | {"too_many_connections"}
    known = {label: {member.value for member in members} for label, members in KNOWN_VALUES.items()} | {"code": codes}
    return [(label, value) for label, value in values if label in known and value not in known[label]]
