"""Readers that nobody needs give their memory back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.workers.ingest.readers import Readers
from shared.domain.documents import ReadingLimits
from tests.servers import until

LIMITS = ReadingLimits(pages=300, characters=100_000, passages_of_bot=200, cpu_seconds=10, memory_mb=512)
TEXT = b"The shop opens at nine."
A_LONG_TIME_SECONDS = 3_600.0


@asynccontextmanager
async def running_readers(idle_seconds: float) -> AsyncIterator[Readers]:
    readers = Readers(LIMITS, count=1, idle_seconds=idle_seconds)
    try:
        yield readers
    finally:
        await readers.close()


async def process_after_reading(readers: Readers) -> int:
    """Read a file; return the pid of the process that read it."""
    async with readers.borrow() as reader:
        assert isinstance(await reader.read(TEXT, "a.txt", lambda _read, _of: None), list)
        assert reader._process is not None
        return reader._process.pid


def runs(pid: int) -> bool:
    """Tell whether the process is there and no mere entry of one that ended."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"


async def test_a_reader_without_work_ends_its_process_and_the_next_file_starts_another() -> None:
    async with running_readers(idle_seconds=0.01) as readers:
        first = await process_after_reading(readers)

        async def has_ended() -> bool:
            return not runs(first)

        await until(has_ended)
        assert await process_after_reading(readers) != first


async def test_a_reader_that_gets_its_next_file_in_time_reads_it_in_the_same_process() -> None:
    async with running_readers(A_LONG_TIME_SECONDS) as readers:
        first = await process_after_reading(readers)

        assert await process_after_reading(readers) == first
    assert not runs(first)


async def test_a_reader_that_works_is_never_ended_for_having_rested() -> None:
    async with running_readers(idle_seconds=1e-6) as readers:
        for _ in range(5):
            await process_after_reading(readers)
