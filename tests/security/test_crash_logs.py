"""What a crash leaves in the log: where it happened, and nothing that the frames held."""

from __future__ import annotations

import subprocess
import sys

CRASH = """
import logging
import structlog
from shared.logs import configure_logs

configure_logs("debug")


def ask(key):
    headers = {"authorization": f"Bearer {key}"}
    raise RuntimeError("the call failed")


try:
    ask("sk-canary-" + "0123456789")
except RuntimeError:
    structlog.get_logger().exception("ours")
    logging.getLogger("library").exception("theirs")
"""


def test_a_crash_is_logged_with_its_place_and_without_the_frames_locals() -> None:
    ended = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=True)

    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 2
    assert all("RuntimeError" in line and '"ask"' in line for line in lines)
    assert "canary" not in ended.stderr
    assert "Bearer" not in ended.stderr
