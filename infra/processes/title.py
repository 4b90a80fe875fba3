"""What those who list processes read: a forked process shows its own role, not its parent's."""

from __future__ import annotations

import ctypes
from pathlib import Path

STAT = Path("/proc/self/stat")
ARG_START, ARG_END = 48, 49
"""Fields of /proc/PID/stat, counted from 1 (proc_pid_stat(5)): where the command line lies in this process's memory."""
NAME_END = 2
FULL = b" "


def set_title(title: str) -> None:
    """Show these words as this process's command line, cut to the room that the parent's had; only Linux can."""
    if not STAT.exists():
        return
    # a name in brackets may hold blanks: fields are counted behind it
    fields = STAT.read_bytes().rpartition(b") ")[2].split()
    start, end = (int(fields[number - NAME_END - 1]) for number in (ARG_START, ARG_END))
    if end - start > 1:
        line = memory_of(title, end - start)
        ctypes.memmove(start, line, len(line))


def memory_of(title: str, size: int) -> bytes:
    """Return the bytes that lie there then. Pure.

    A last byte that is not 0 tells Linux that the line was rewritten and ends at its first 0.
    """
    words = title.encode()[: size - 1]
    return words.ljust(size - 1, b"\0") + FULL
