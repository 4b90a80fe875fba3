"""A parent that runs some programs together, as `mevichat up` does: `python -m tests.integration.processes.family NAMES`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path

from infra.processes.tend import run_together

GRACE_SECONDS = 1.0
FOR_EVER_SECONDS = 600
LEFT_BEHIND_SECONDS = 45
FIRST_TIME = Path(tempfile.gettempdir()) / f"family-{os.getpid()}"
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
    """Tell what is this process's own: its title, its open files, its session and what signals do to it."""
    title = (SELF / "cmdline").read_bytes()
    files = sorted(int(file.name) for file in (SELF / "fd").iterdir())
    is_alone, is_default = os.getsid(0) == os.getpid(), signal.set_wakeup_fd(-1) == -1
    is_default &= {signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGCHLD)} == {signal.SIG_DFL}
    sys.stdout.write(f"{title!r} {files[:3]} {len(files)} {is_alone} {is_default}\n")
    return 0


def stands_alone_when_again() -> int:
    """Wait to be killed the first time; the second time tell what is this process's own."""
    if FIRST_TIME.exists():
        return stands_alone()
    FIRST_TIME.touch()
    sys.stdout.write("waits\n")
    sys.stdout.flush()
    return wait()


def ends_itself() -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return wait()


def leant_on() -> int:
    return wait()


def leaves_one_behind() -> int:
    """Be killed, while something that was started here still holds the output."""
    subprocess.Popen(["sleep", str(LEFT_BEHIND_SECONDS)])
    return ends_itself()


async def nothing() -> None:
    pass


PROGRAMS = {
    each.__name__: each
    for each in (
        wait,
        stubborn,
        fails,
        raises,
        exits,
        stands_alone,
        stands_alone_when_again,
        ends_itself,
        leant_on,
        leaves_one_behind,
    )
}


def main(*words: str) -> int:
    """Run the programs of these names.

    `early` among them sends this process a SIGTERM before anybody listens; `server`: they lean on a server that ends.
    """

    def once_forked() -> Coroutine[None, None, None]:
        if "early" in words:
            os.kill(os.getpid(), signal.SIGTERM)
        return nothing()

    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"the parent's handler\n"))
    programs = {name: PROGRAMS[name] for name in words if name in PROGRAMS}
    servers = {"A server": subprocess.Popen(["sleep", str(FOR_EVER_SECONDS)]).poll} if "server" in words else {}
    try:
        return run_together(
            programs,
            grace_seconds=GRACE_SECONDS,
            once_forked=once_forked,
            servers=servers,
            stopped_last=[name for name in programs if name == "leant_on"],
        )
    finally:
        FIRST_TIME.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
