"""A parent that runs some programs together, as `mevichat up` does: `python -m tests.integration.processes.family NAMES`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from infra.processes.tend import run_together

GRACE_SECONDS = 1.0
FOR_EVER_SECONDS = 600
SELF = Path("/proc/self")


def wait() -> int:
    time.sleep(FOR_EVER_SECONDS)
    return 0


def stubborn() -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write("deaf\n")
    sys.stdout.flush()
    return wait()


def fails() -> int:
    return 3


def raises() -> int:
    message = "something broke"
    raise LookupError(message)


def exits() -> int:
    sys.exit(4)


def stands_alone() -> int:
    """Tell what is this process's own: its title, its open files, its session and what SIGTERM does to it."""
    title = (SELF / "cmdline").read_bytes()
    files = sorted(int(file.name) for file in (SELF / "fd").iterdir())
    is_alone, is_default = os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    sys.stdout.write(f"{title!r} {files[:3]} {len(files)} {is_alone} {is_default}\n")
    return 0


def ends_itself() -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return wait()


PROGRAMS = {each.__name__: each for each in (wait, stubborn, fails, raises, exits, stands_alone, ends_itself)}


def main(*words: str) -> int:
    """Run the programs of these names; `early` among them sends this process a SIGTERM before anybody listens."""

    def once_forked() -> None:
        if "early" in words:
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"the parent's handler\n"))
    programs = {name: PROGRAMS[name] for name in words if name != "early"}
    return run_together(programs, grace_seconds=GRACE_SECONDS, once_forked=once_forked)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
