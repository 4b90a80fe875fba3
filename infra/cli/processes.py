"""The product's processes on one machine: started together, stopped together."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

import honcho.manager
from honcho.printer import Printer

SERVICES = ("gateway", "worker", "dashboard", "background")
SIMULATOR = "simulator"
MARGIN_SECONDS = 5
STOPPED_BY_SIGNAL = (130, 143)
"""What honcho returns after SIGINT and SIGTERM: we were asked to stop, nothing failed."""


def run_processes(
    names: Sequence[str],
    environment: Mapping[str, str],
    *,
    grace_seconds: float,
    meanwhile: Callable[[], None],
) -> int:
    """Run these processes until a signal comes or one of them ends; return the exit code of the first that failed.

    `meanwhile` runs in a thread once all of them have been started.
    """
    # honcho kills what still runs so long after the first process has ended; workers may need their whole grace
    honcho.manager.KILL_WAIT = grace_seconds + MARGIN_SECONDS
    processes = honcho.manager.Manager(printer=_Output(meanwhile))
    for name in names:
        processes.add_process(name, command_of(name), env={**os.environ, **environment})
    processes.loop()
    return _exit_code(processes.returncode)


def command_of(name: str) -> str:
    """Return the shell command of a process, in which everyone who lists processes can read its role."""
    return "exec " + shlex.join([sys.executable, "-m", "infra.cli.main", name])


def _exit_code(code: int | None) -> int:
    if code is None or code in STOPPED_BY_SIGNAL:
        return 0
    # as a shell says it: a process that a signal killed
    return 128 - code if code < 0 else code


class _Output:
    """Prints as honcho does, and starts `meanwhile` with the first line: by then every process has been forked.

    A thread that ran while honcho forks could leave a lock held for ever in the child.
    """

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.width = 0
        self._meanwhile: Thread | None = Thread(target=meanwhile, name="announce", daemon=True)
        self._printer = Printer(sys.stdout)

    def write(self, message: Any) -> None:
        """Print one message, if there is still a terminal to print on.

        A closed terminal (OSError), or a signal that honcho reports in the middle of a line (RuntimeError), must not
        end the loop that stops our processes.
        """
        self._printer.width = self.width
        with suppress(OSError, RuntimeError):
            self._printer.write(message)
        if self._meanwhile:
            self._meanwhile.start()
            self._meanwhile = None
