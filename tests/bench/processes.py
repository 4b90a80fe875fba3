"""What the product's processes use: memory and CPU, as the operating system accounts them."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Use:
    """One process tree: proportional set size in MB and CPU seconds so far."""

    pss_mb: float
    cpu_seconds: float


def role_of(process: psutil.Process) -> str:
    """Name a process by what it does for the product."""
    words = " ".join(process.cmdline())
    for role in ("gateway", "worker", "dashboard", "background", "simulator", "redis-server", "postgres"):
        if role in words:
            return role
    return "up"


def use_by_role(root_pid: int) -> dict[str, Use]:
    """Return the use of every process below `root_pid`, summed by role."""
    root = psutil.Process(root_pid)
    uses: dict[str, Use] = {}
    for process in [root, *root.children(recursive=True)]:
        try:
            role, memory, cpu = role_of(process), process.memory_full_info(), process.cpu_times()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        before = uses.get(role, Use(0.0, 0.0))
        uses[role] = Use(before.pss_mb + memory.pss / 1e6, before.cpu_seconds + cpu.user + cpu.system)
    return uses


def cpu_between(before: dict[str, Use], after: dict[str, Use]) -> dict[str, float]:
    """Return the CPU seconds that each role spent between two looks."""
    return {role: use.cpu_seconds - before.get(role, Use(0, 0)).cpu_seconds for role, use in after.items()}
