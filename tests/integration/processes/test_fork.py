"""A forked process ends by itself, whatever has become of whoever heard it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
UNHEARD = """
import os, sys
from infra.processes.fork import fork

def speaks():
    sys.stdout.write("nobody reads this")
    return 5

reading, writing = os.pipe()
os.close(reading)
try:
    print("code", fork("speaker", speaks, output=writing).wait())
finally:
    os.write(2, b"left by the parent's way\\n")
"""


def test_a_fork_that_nobody_hears_any_more_does_not_leave_by_its_parents_frames() -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ended = subprocess.run(
        [sys.executable, "-c", UNHEARD], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60, env=buffered
    )

    assert (ended.stdout, ended.stderr) == ("code 5\n", "left by the parent's way\n")
