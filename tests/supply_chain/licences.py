"""Checks that everything installed is under a licence that `requirements/licences.toml` allows."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from tests.supply_chain.pins import REQUIREMENTS, pinned

FILE = REQUIREMENTS / "licences.toml"


@dataclass(frozen=True, slots=True)
class Licences:
    """Names of licences, as packages state them, and what we know of packages that need a word of their own."""

    allowed: frozenset[str]
    packages: Mapping[str, str]


def read_licences() -> Licences:
    """Return what the file allows."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Licences(frozenset(read["allowed"]), {name: said["licence"] for name, said in read["packages"].items()})


def stated_by(package: Distribution) -> str:
    """Return the licence as the package's own data state it; empty when they do not."""
    data: Any = package.metadata
    classifiers = [
        text.rsplit(" :: ", 1)[-1] for text in data.get_all("Classifier", []) if text.startswith("License ::")
    ]
    return str(data.get("License-Expression") or "; ".join(classifiers) or data.get("License") or "").strip()


def is_allowed(stated: str, allowed: frozenset[str]) -> bool:
    """Tell whether every licence that binds is allowed; of a choice, one is enough."""
    groups = re.split(r"\s+AND\s+|;\s*", stated.replace("(", "").replace(")", "")) if stated else [""]
    return stated in allowed or all(any(one in allowed for one in group.split(" OR ")) for group in groups)


def problems(names: Sequence[str], licences: Licences) -> list[str]:
    """Return a sentence for each package whose licence is not allowed, and for each word that nobody needs."""
    found = [
        f"{name} is named in {FILE.name} and not pinned; take it out." for name in licences.packages.keys() - names
    ]
    for name in names:
        try:
            stated = stated_by(distribution(name))
        except PackageNotFoundError:
            continue  # of another platform
        known = licences.packages.get(name)
        if known is None and not is_allowed(stated, licences.allowed):
            found.append(f"{name} is under {stated or 'no stated licence'}: allow it in {FILE.name}, or do without it.")
        elif known is not None and known != stated:
            found.append(f"{name} states {stated!r} now, no longer {known!r}: look at it, and correct {FILE.name}.")
    return sorted(found)


def main() -> int:
    """Check what is pinned and installed; return the exit code."""
    names = [pin.name for pin in pinned("check.txt")]
    found = problems(names, read_licences())
    sys.stdout.write("\n".join(found or [f"Licences of {len(names)} packages are allowed."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
