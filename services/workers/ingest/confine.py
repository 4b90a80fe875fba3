"""Takes from a process what reading a file does not need."""

from __future__ import annotations

import resource

from shared.domain.documents import ReadingLimits

MEGABYTE = 1_048_576
OPEN_FILES = 64
"""Python's own modules, when one is imported late."""


def confine(limits: ReadingLimits) -> None:
    """Limit this process for the rest of its life: the kernel ends it when it takes more CPU; memory is refused to it."""
    allowed = {
        resource.RLIMIT_AS: limits.memory_mb * MEGABYTE,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    for kind, value in allowed.items():
        resource.setrlimit(kind, (value, value))
