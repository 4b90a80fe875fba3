"""Validator, ledger, sweeper and notices in one process: all of them, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from infra.cli import background
from infra.cli.health import is_ready
from infra.embedded.free_port import free_port
from shared.settings import Settings

WITHIN_SECONDS = 20
Run = Callable[[Settings, asyncio.Event], Awaitable[int]]


class Part:
    """A process's `run` that works until it is stopped, and remembers that it was."""

    def __init__(self) -> None:
        self.was_stopped = False

    async def run(self, _: Settings, stop: asyncio.Event) -> int:
        await stop.wait()
        self.was_stopped = True
        return 0


async def fails(_settings: Settings, _stop: asyncio.Event) -> int:
    return 3


async def raises(_settings: Settings, _stop: asyncio.Event) -> int:
    message = "broken"
    raise LookupError(message)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, background_port=free_port())


def replace_runs(monkeypatch: pytest.MonkeyPatch, runs: dict[str, Run]) -> None:
    monkeypatch.setattr(background, "RUNS", runs)


async def test_one_that_fails_stops_the_others_and_gives_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    part = Part()
    replace_runs(monkeypatch, {"ledger": part.run, "sweeper": fails})
    code = await asyncio.wait_for(background.run(settings, asyncio.Event()), WITHIN_SECONDS)
    assert (code, part.was_stopped) == (3, True)


async def test_one_that_raises_stops_the_others_and_is_heard(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    part = Part()
    replace_runs(monkeypatch, {"ledger": part.run, "sweeper": raises})
    with pytest.raises(LookupError):
        await asyncio.wait_for(background.run(settings, asyncio.Event()), WITHIN_SECONDS)
    assert part.was_stopped


async def test_one_door_says_that_all_are_ready_until_they_are_told_to_stop(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    parts, stop = [Part(), Part(), Part()], asyncio.Event()
    replace_runs(monkeypatch, {str(number): part.run for number, part in enumerate(parts)})
    running = asyncio.create_task(background.run(settings, stop))
    async with asyncio.timeout(WITHIN_SECONDS):
        url = f"http://127.0.0.1:{settings.background_port}/health/ready"
        while not await asyncio.to_thread(is_ready, url):
            assert not running.done()
            await asyncio.sleep(0.02)
        stop.set()
        assert await running == 0
    assert all(part.was_stopped for part in parts)
