"""A Redis that a test may wipe, kill and start again at the same address."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import redis

DEADLINE_SECONDS = 20.0


class OwnRedis:
    """One Redis process on a Unix socket in `folder`, without persistence: a restart forgets everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/redis.sock"

    def start(self, *options: str) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [
                _program(),
                *("--port", "0", "--unixsocket", f"{self._folder}/redis.sock", "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "no", *options),
            ],
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis.from_url(self.url)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not _answers(client):
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.01)
        client.close()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _program() -> str:
    beside_python = Path(sys.executable).parent / "redis-server"
    program = str(beside_python) if beside_python.exists() else shutil.which("redis-server")
    assert program is not None, "no redis-server found"
    return program


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until the condition holds; fail at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < deadline, "what the test waits for did not come"
        await asyncio.sleep(0.005)
