from __future__ import annotations

import asyncio

import pytest

from services.workers.completion.deltas import Deltas, next_beat

NEVER = 3600.0


class Sink:
    """Keeps what was sent, and lets a test wait for it."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.arrived = asyncio.Event()

    def send(self, sequence: int, text: str) -> None:
        self.sent.append((sequence, text))
        self.arrived.set()


async def test_the_first_piece_leaves_at_once() -> None:
    sink = Sink()
    async with Deltas(sink.send, interval_seconds=NEVER) as deltas:
        deltas.add("Hel")
        assert sink.sent == [(0, "Hel")]


async def test_later_pieces_are_gathered_and_the_rest_leaves_at_the_end() -> None:
    sink = Sink()
    async with Deltas(sink.send, interval_seconds=NEVER) as deltas:
        deltas.add("Hel")
        for piece in ("lo ", "wor", "ld"):
            deltas.add(piece)
    assert sink.sent == [(0, "Hel"), (1, "lo world")]


async def test_what_gathered_leaves_after_the_interval() -> None:
    sink = Sink()
    async with Deltas(sink.send, interval_seconds=0.0) as deltas:
        for piece in ("a", "b", "c"):
            sink.arrived.clear()
            deltas.add(piece)
            async with asyncio.timeout(5):
                await sink.arrived.wait()
    assert sink.sent == [(0, "a"), (1, "b"), (2, "c")]


async def test_nothing_is_sent_for_nothing() -> None:
    sink = Sink()
    async with Deltas(sink.send, interval_seconds=NEVER):
        pass
    assert sink.sent == []


async def test_text_leaves_even_when_the_call_breaks_off() -> None:
    sink = Sink()
    with pytest.raises(RuntimeError):
        async with Deltas(sink.send, interval_seconds=NEVER) as deltas:
            deltas.add("Half")
            raise RuntimeError
    assert sink.sent == [(0, "Half")]


@pytest.mark.parametrize(
    ("now", "beat"), [(9.99, 10.02), (10.004, 10.02), (10.006, 10.05), (10.0199, 10.05), (10.0201, 10.05)]
)
def test_all_streams_beat_together_and_no_beat_follows_another_at_once(now: float, beat: float) -> None:
    assert next_beat(now, 0.03) == pytest.approx(beat)


def test_without_an_interval_the_next_beat_is_now() -> None:
    assert next_beat(12.5, 0.0) == 12.5
