"""The driver's side of `lives.py`: ask for a process, learn its id, wait for its end."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.lives import Birth, News

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Nursery:
    """Processes by the number of their member."""

    parent: asyncio.subprocess.Process
    _news: dict[int, asyncio.Queue[News]] = field(default_factory=dict)

    @property
    def is_alive(self) -> bool:
        return self.parent.returncode is None

    async def bear(self, birth: Birth) -> int:
        """Start a process; return its id."""
        assert self.parent.stdin is not None
        self.parent.stdin.write(birth.line())
        return (await self._of(birth.member).get()).pid

    async def until_ended(self, member: int) -> int:
        """Wait until the member's process has ended; return its exit code."""
        code = (await self._of(member).get()).code
        assert code is not None
        return code

    async def listen(self) -> None:
        """Hand on what the parent tells, until it ends."""
        assert self.parent.stdout is not None
        async for line in self.parent.stdout:
            news = News(**json.loads(line))
            self._of(news.member).put_nowait(news)

    def _of(self, member: int) -> asyncio.Queue[News]:
        return self._news.setdefault(member, asyncio.Queue())


@asynccontextmanager
async def running_nursery(log_file: Path) -> AsyncIterator[Nursery]:
    """Run a parent; whatever still lives when the block ends is killed."""
    with log_file.open("ab") as log:
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.start", cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=log
        )
    nursery = Nursery(parent)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        assert parent.stdin is not None
        parent.stdin.close()
        await listening
        await parent.wait()
