"""CPU seconds of processes, as the operating system accounts them."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from tests.measuring.stack import Program


def cpu_seconds(programs: Iterable[Program]) -> dict[str, float]:
    """Return the CPU seconds so far by program name, over all processes of the name and those below them."""
    seconds: dict[str, float] = {}
    for program in programs:
        seconds[program.name] = seconds.get(program.name, 0.0) + sum(map(cpu_seconds_of, tree_of(program.pid)))
    return seconds


def tree_of(root_pid: int) -> list[psutil.Process]:
    """Return a process and all that run below it; raises psutil.NoSuchProcess when it has ended."""
    root = psutil.Process(root_pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds_of(process: psutil.Process) -> float:
    """Return a process's CPU seconds with those of its children that have ended; nothing of one that ended meanwhile.

    Those that still run stand in the tree themselves, so that no second is counted twice or lost.
    """
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
