"""CPU is read in one place, and no second of a process below is lost or counted twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.processes import cpu_of, use_by_role
from tests.measuring.cpu import cpu_seconds, cpu_seconds_of, tree_of
from tests.measuring.stack import Program

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
GRANDCHILD = (
    f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); print(flush=True); sys.stdin.read()"
)
ROOT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GRANDCHILD!r}])"


@contextmanager
def family() -> Iterator[int]:
    """Run a process, below it another that waits, and below that one that burnt 0.3 s and has ended; yield the first's id."""
    process = subprocess.Popen([sys.executable, "-c", ROOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        assert process.stdin
        process.stdin.close()


def test_what_ended_below_a_process_below_counts_once_wherever_it_is_read() -> None:
    with family() as root_pid:
        root, waiting = tree_of(root_pid)
        seconds = cpu_seconds([Program("server", root_pid)])

        assert cpu_seconds_of(root) < 0.3 <= cpu_seconds_of(waiting)
        assert seconds["server"] == pytest.approx(cpu_seconds_of(root) + cpu_seconds_of(waiting), abs=0.05)
        assert cpu_of(use_by_role(root_pid)) == pytest.approx(seconds["server"], abs=0.05)


def test_a_process_that_ended_meanwhile_counts_nothing() -> None:
    with family() as root_pid:
        tree = tree_of(root_pid)
    assert [cpu_seconds_of(process) for process in tree] == [0.0, 0.0]
