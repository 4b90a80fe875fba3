"""What a system's processes use: memory and CPU, as the operating system accounts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from tests.bench.figures import NoFigureError
from tests.measuring.cpu import cpu_seconds_of, tree_of

ROLES = ("gateway", "worker", "dashboard", "background", "simulator", "redis-server", "postgres")


@dataclass(frozen=True, slots=True)
class Use:
    """One role: proportional set size in MB and CPU seconds so far."""

    pss_mb: float
    cpu_seconds: float


def role_of(words: str) -> str:
    """Name a process of ours by what it does, read from its command line."""
    last = words.rsplit(" ", maxsplit=1)[-1]
    return next((role for role in ROLES if role == last), None) or next(
        (role for role in ("redis-server", "postgres") if role in words), "up"
    )


def use_by_role(root_pid: int) -> dict[str, Use]:
    """Return the use of every process below `root_pid`, summed by role; children that have ended count on.

    Raises:
        NoFigureError: the root has ended.

    """
    uses: dict[str, Use] = {}
    for process in _tree(root_pid):
        try:
            role, memory = role_of(" ".join(process.cmdline())), process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        before = uses.get(role, Use(0.0, 0.0))
        uses[role] = Use(before.pss_mb + memory.pss / 1e6, before.cpu_seconds + cpu_seconds_of(process))
    return uses


def _tree(root_pid: int) -> list[psutil.Process]:
    try:
        return tree_of(root_pid)
    except psutil.NoSuchProcess:
        raise NoFigureError("It has ended by itself.") from None


def cpu_between(before: Mapping[str, Use], after: Mapping[str, Use]) -> dict[str, float]:
    """Return the CPU seconds that each role spent between two looks."""
    return {role: use.cpu_seconds - before.get(role, Use(0, 0)).cpu_seconds for role, use in after.items()}


def cpu_of(uses: Mapping[str, Use]) -> float:
    """Return the CPU seconds of all processes together."""
    return sum(use.cpu_seconds for use in uses.values())


def memory_of(uses: Mapping[str, Use]) -> float:
    """Return the memory of all processes together, in MB."""
    return sum(use.pss_mb for use in uses.values())
