"""What a run of the benchmark yields: figures, and gaps with the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.errors import MevichatError


class NoFigureError(MevichatError):
    """Raised when a case cannot be measured on a system; the message is the reason that the report shows."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `target` is what the product itself must reach, in words."""

    name: str
    value: float
    unit: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one case on one system."""

    case: str
    system: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A case that has no figures on a system, and the sentence why."""

    case: str
    system: str
    reason: str


@dataclass(slots=True)
class Results:
    """Everything that one run found, in the order in which it was found."""

    measured: list[Measured] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def systems(self) -> list[str]:
        """Return the names of the systems that were measured or could not be."""
        names = [found.system for found in self.measured] + [gap.system for gap in self.gaps]
        return list(dict.fromkeys(names))
