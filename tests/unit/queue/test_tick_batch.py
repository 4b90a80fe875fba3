"""Gathering what is added in one turn of the loop."""

from __future__ import annotations

import asyncio

from shared.tick_batch import TickBatch


class Sends:
    """Notes each batch; a send waits until `gate` is open."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, batch: list[int]) -> None:
        self.batches.append(batch)
        await self.gate.wait()


async def turns_of_the_loop(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_is_added_in_one_instant_goes_in_one_send() -> None:
    sends = Sends()
    batch = TickBatch(sends, max_in_flight=1)
    for number in range(3):
        batch.add(number)
    await turns_of_the_loop()
    assert sends.batches == [[0, 1, 2]]


async def test_what_comes_during_a_send_waits_for_the_next_one_in_order() -> None:
    sends = Sends()
    batch = TickBatch(sends, max_in_flight=1)
    for number in range(4):
        batch.add(number)
        await turns_of_the_loop()
    assert sends.batches == [[0]]
    assert len(batch) == 3
    sends.gate.set()
    await batch.drain()
    assert sends.batches == [[0], [1, 2, 3]]


async def test_no_more_sends_run_than_allowed_and_none_is_too_long() -> None:
    sends = Sends()
    batch = TickBatch(sends, max_in_flight=2, max_size=3)
    for number in range(10):
        batch.add(number)
    await turns_of_the_loop()
    assert sends.batches == [[0, 1, 2], [3, 4, 5]]
    sends.gate.set()
    await batch.drain()
    assert sends.batches == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
