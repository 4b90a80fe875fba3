"""Who changes something, and from where: the first two columns of the audit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` says who (`token <id>`, `operator`), `source` from where: a client's address, or a part of the product."""

    name: str
    source: str


VALIDATOR = Actor("validator", "validator")
WORKER = Actor("worker", "worker")
"""A live turn: it met a refusal, served as a suspect key's probe, or found that a key does not open."""
