"""What the requirement files pin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)(\[[a-z0-9,-]+\])?==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package at one version, and how many files of it are known by their hashes."""

    name: str
    version: str
    hashes: int


def pins_of(text: str) -> list[Pin]:
    """Return what a requirements file pins, in its order."""
    return [Pin(found["name"], found["version"], len(HASH.findall(found["rest"]))) for found in PIN.finditer(text)]


def pinned(file: str) -> list[Pin]:
    """Return what this file of `requirements/` pins."""
    return pins_of((REQUIREMENTS / file).read_text(encoding="utf-8"))
