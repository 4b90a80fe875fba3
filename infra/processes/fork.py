"""A process forked from this one, which has imported what it runs: it begins where a new one would after seconds."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from infra.processes.title import set_title

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""What tells a process to stop."""
FAILED_EXIT: Final = 1
STDOUT, STDERR, FIRST_OTHER = 1, 2, 3
"""File descriptors; the last one is the first that is not everybody's."""
MOST_FILES: Final = 65_536
"""As many are closed where the system does not list them."""


def exit_code(code: int) -> int:
    """Return what a process ended with as a shell says it: 128 and more where a signal killed it."""
    return 128 - code if code < 0 else code


@dataclass(slots=True)
class Forked:
    """A child of this process; `code` is its exit code once it is known, negative for a signal."""

    name: str
    pid: int
    code: int | None = None

    def wait(self) -> int:
        """Wait until it has ended; return its exit code."""
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def poll(self) -> int | None:
        """Return its exit code if it has ended."""
        if self.code is None and (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            self.code = os.waitstatus_to_exitcode(ended[1])
        return self.code

    def kill(self) -> None:
        """End it at once, unless it has ended."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()


def fork(name: str, live: Callable[[], int], *, output: int | None = None) -> Forked:
    """Fork a process that runs `live` and ends with its exit code, as an interpreter of its own would.

    It gets a session of its own, so that Ctrl-C reaches its parent alone, and of its parent's open files the three
    standard ones; `output` is a descriptor that takes the place of stdout and stderr. Call it while this process has
    no threads and runs no event loop: a lock that a thread holds would be held for ever in the child.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with stop_signals_held():  # until the child has handlers of its own, the parent's would run in it
        pid = os.fork()
        if pid == 0:
            _live(name, live, output)
    return Forked(name, pid)


@contextmanager
def stop_signals_held() -> Iterator[None]:
    """Let signals that tell this process to stop wait until the block ends."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(name: str, live: Callable[[], int], output: int | None) -> NoReturn:
    code = FAILED_EXIT
    try:
        _stand_alone(name, output)
        code = live()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED_EXIT
    except BaseException:  # noqa: BLE001 - whatever it is: it is shown, and the process ends
        traceback.print_exc()
    finally:
        _end(code)


def _end(code: int) -> NoReturn:
    """End the process, never by way of its parent's frames: their files and servers are not ours to close."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:  # whoever read what we print may be gone
        os._exit(code)


def _stand_alone(name: str, output: int | None) -> None:
    """Leave behind what was the parent's: its terminal, its open files, its handlers of signals."""
    os.setsid()
    if output is not None:
        os.dup2(output, STDOUT)
        os.dup2(output, STDERR)
    signal.set_wakeup_fd(-1)  # a parent's loop that rests would be told of signals, by a file that is another's soon
    _close_others()
    for number in (*STOPPING, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    set_title(f"mevichat {name}")
    gc.enable()


def _close_others() -> None:
    """Close all open files but the standard three: those that the system lists, where it does."""
    try:
        opened = [int(one.name) for one in Path("/dev/fd").iterdir()]
    except OSError:
        opened = list(range(MOST_FILES))
    for number in opened:
        if number >= FIRST_OTHER:
            with suppress(OSError):  # the listing's own is closed already
                os.close(number)
