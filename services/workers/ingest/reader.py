"""The worker's end of a reader process: one file at a time, and an end to each."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from services.workers.ingest.frames import LENGTH, frame_of, length_in, value_in
from services.workers.ingest.process_group import end_group
from shared.domain.documents import ReadingFault, ReadingLimits
from shared.errors import MevichatError
from shared.knowledge.sections import SectionPassage

PROCESS: Final = "services.workers.ingest.reader_process"
ROOT: Final = Path(__file__).parents[3]
WALL_FACTOR: Final = 4
"""A busy machine may need so many seconds for one second of CPU; what takes longer stands still."""

ReadFile = list[SectionPassage] | ReadingFault


class ReaderLostError(MevichatError):
    """Raised when the reader process ended in the middle; the file says nothing about why."""


class Reader:
    """A reader process that is started for the first file, and anew after it was stopped."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, content: bytes, file_name: str, on_pages: Callable[[int, int], None]) -> ReadFile:
        """Return the file's passages, or what is wrong with it; raises ReaderLostError.

        Whoever cancels this, stops the process too.
        """
        process = self._process or await self._start()
        is_done = False
        try:
            async with asyncio.timeout(self._limits.cpu_seconds * WALL_FACTOR):
                read = await self._ask(process, content, file_name, on_pages)
                is_done = True
                return read
        except TimeoutError:
            return ReadingFault.TOO_HEAVY
        except (EOFError, OSError):
            await self.stop()
            raise ReaderLostError(f"{PROCESS} ended with {process.returncode}") from None
        finally:
            if not is_done:
                await self.stop()

    async def stop(self) -> None:
        """End the process and whatever it has forked."""
        process, self._process = self._process, None
        if process is not None:
            await end_group(process)

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            PROCESS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # parsers write down what they stumble over: our customers' texts
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},  # and no secrets
            start_new_session=True,
        )
        return self._process

    async def _ask(
        self, process: asyncio.subprocess.Process, content: bytes, file_name: str, on_pages: Callable[[int, int], None]
    ) -> ReadFile:
        assert process.stdin is not None
        order = {"file_name": file_name, "size": len(content), "limits": asdict(self._limits)}
        process.stdin.write(frame_of(order))
        process.stdin.write(content)
        await process.stdin.drain()
        read: ReadFile | None = None
        while "ended" not in (said := await self._next(process)):
            if "pages" in said:
                on_pages(said["pages_read"], said["pages"])
            else:
                read = _outcome(said)
        return _end(said["ended"]) if read is None else read

    @staticmethod
    async def _next(process: asyncio.subprocess.Process) -> dict[str, Any]:
        assert process.stdout is not None
        length = length_in(await process.stdout.readexactly(LENGTH.size))
        said: dict[str, Any] = value_in(await process.stdout.readexactly(length))
        return said


def _outcome(said: dict[str, Any]) -> ReadFile:
    if "fault" in said:
        return ReadingFault(said["fault"])
    return [SectionPassage(tuple(passage["path"]), passage["text"]) for passage in said["passages"]]


def _end(status: int) -> ReadingFault:
    """Return what a fork's end says of a file that gave nothing: a crash of the parser, or a limit that was reached."""
    crashed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)
    return ReadingFault.DAMAGED if crashed else ReadingFault.TOO_HEAVY
