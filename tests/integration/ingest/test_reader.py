"""A reader process reads what it can, says why when it cannot, and is ended by limits instead of ending the worker."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.workers.ingest.reader import Reader, ReaderLostError
from shared.domain.documents import ReadingFault, ReadingLimits
from tests.integration.ingest.files import bomb_pdf, encrypted_pdf, pdf_of, scanned_pdf

LIMITS = ReadingLimits(pages=300, characters=100_000, passages_of_bot=200, cpu_seconds=10, memory_mb=512)
TEXT = b"The shop opens at nine."


@asynccontextmanager
async def running_reader(**limits: int) -> AsyncIterator[Reader]:
    reader = Reader(replace(LIMITS, **limits))
    try:
        yield reader
    finally:
        await reader.stop()


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with running_reader() as running:
        yield running


def nobody(_read: int, _of: int) -> None:
    """Hear nothing of pages."""


async def test_a_reader_reads_one_file_after_the_other(reader: Reader) -> None:
    first = await reader.read(b"# Hours\n\nWe open at nine.", "hours.md", nobody)
    second = await reader.read(pdf_of(["We close at six."]), "close.pdf", nobody)

    assert isinstance(first, list)
    assert [(each.path, each.text) for each in first] == [(("Hours",), "We open at nine.")]
    assert isinstance(second, list)
    assert [(each.path, each.text) for each in second] == [(("page 1",), "We close at six.")]


async def test_pages_are_told_as_they_are_read(reader: Reader) -> None:
    told: list[tuple[int, int]] = []

    await reader.read(pdf_of(["One.", "Two.", "Three."]), "a.pdf", lambda read, of: told.append((read, of)))

    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.txt", b" \n ", ReadingFault.EMPTY),
        ("a.txt", bytes(1000), ReadingFault.UNSUPPORTED),
        ("a.zip", b"PK\x03\x04" + TEXT, ReadingFault.UNSUPPORTED),
        ("zeros.gz", gzip.compress(bytes(100_000_000)), ReadingFault.UNSUPPORTED),
        ("a.pdf", TEXT, ReadingFault.UNSUPPORTED),
        ("a.pdf", b"%PDF-1.7 and then nothing of the kind", ReadingFault.DAMAGED),
        ("a.pdf", pdf_of(["x"] * 500)[:9000], ReadingFault.DAMAGED),
        ("a.pdf", encrypted_pdf("hidden"), ReadingFault.ENCRYPTED),
        ("a.pdf", scanned_pdf(), ReadingFault.NO_TEXT),
        ("a.html", b"<html><script>words</script></html>", ReadingFault.NO_TEXT),
        ("a.pdf", pdf_of(["x"] * 500), ReadingFault.TOO_MANY_PAGES),
        ("a.pdf", pdf_of(["x" * 60_000] * 2), ReadingFault.TOO_LONG),
        ("a.txt", b"word " * 21_000, ReadingFault.TOO_LONG),
        ("a.csv", b"a\n" + b"\n".join(b"x" * 450 for _ in range(201)), ReadingFault.BOT_FULL),
        ("a.pdf", bomb_pdf(100), ReadingFault.TOO_HEAVY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_file_that_cannot_be_read_is_named_and_the_next_one_is_read(
    reader: Reader, name: str, content: bytes, fault: ReadingFault
) -> None:
    assert await reader.read(content, name, nobody) == fault
    assert isinstance(await reader.read(TEXT, "a.txt", nobody), list)


@pytest.mark.parametrize(("memory_mb", "fault"), [(120, ReadingFault.TOO_HEAVY), (512, ReadingFault.TOO_LONG)])
async def test_a_file_that_wants_more_memory_than_it_may_is_too_heavy(memory_mb: int, fault: ReadingFault) -> None:
    async with running_reader(memory_mb=memory_mb) as reader:
        assert await reader.read(b"word " * 8_000_000, "a.txt", nobody) == fault
        assert isinstance(await reader.read(TEXT, "a.txt", nobody), list)


async def test_a_file_that_takes_more_cpu_than_it_may_is_too_heavy() -> None:
    async with running_reader(cpu_seconds=1) as reader:
        assert await reader.read(b"<div>" * 100_000 + b"x", "deep.html", nobody) == ReadingFault.TOO_HEAVY
        assert isinstance(await reader.read(TEXT, "a.txt", nobody), list)


async def test_a_reader_that_is_killed_is_lost_and_the_next_file_gets_a_new_one(reader: Reader) -> None:
    await reader.read(TEXT, "a.txt", nobody)
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)

    with pytest.raises(ReaderLostError):
        await reader.read(TEXT, "a.txt", nobody)

    assert isinstance(await reader.read(TEXT, "a.txt", nobody), list)


async def test_who_stops_waiting_stops_the_process() -> None:
    reader = Reader(LIMITS)
    reading = asyncio.create_task(reader.read(b"<div>" * 100_000 + b"x", "deep.html", nobody))
    while reader._process is None:
        await asyncio.sleep(0.01)
    process = reader._process

    reading.cancel()
    await asyncio.wait((reading,))

    assert reading.cancelled()
    assert process.returncode == -signal.SIGKILL


async def test_the_process_knows_none_of_our_settings(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    monkeypatch.setenv("MEVICHAT_MASTER_KEYS", "a-secret-of-ours")
    await reader.read(TEXT, "a.txt", nobody)
    assert reader._process is not None

    environment = Path(f"/proc/{reader._process.pid}/environ").read_bytes()
    assert b"a-secret-of-ours" not in environment
