"""CPU seconds of processes, as the operating system accounts them."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from tests.measuring.stack import Program


def cpu_seconds(programs: Iterable[Program]) -> dict[str, float]:
    """Return the CPU seconds so far by program name, over all processes of the name and their children.

    A server's children that have ended count with it: it has waited for them.
    """
    seconds: dict[str, float] = {}
    for program in programs:
        seconds[program.name] = seconds.get(program.name, 0.0) + _tree_seconds(psutil.Process(program.pid))
    return seconds


def _tree_seconds(root: psutil.Process) -> float:
    times = root.cpu_times()
    total = float(times.user + times.system + times.children_user + times.children_system)
    for child in root.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += own.user + own.system
    return total
