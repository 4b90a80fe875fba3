"""Many submissions at once, without a product behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from shared.admission.admission import Admitted
from shared.admission.refusal import TOO_MANY_WAITING, Refusal
from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.producer.request import TurnRequest
from shared.producer.submitting import submit_each, submit_with_patience


async def admit(_: TurnRequest) -> Admitted | Refusal:
    await asyncio.sleep(0)
    return Admitted(new_id(), TurnStatus.READY, is_replay=False, model="m")


def texts(count: int) -> Iterator[TurnRequest]:
    return (TurnRequest(text=f"{number}") for number in range(count))


@pytest.mark.parametrize("in_flight", [1, 3, 500])
async def test_each_request_is_decided_once_however_many_are_under_way(in_flight: int) -> None:
    decided = [one.request.text async for one in submit_each(admit, texts(100), in_flight=in_flight)]

    assert sorted(decided, key=int) == [f"{number}" for number in range(100)]


async def test_nothing_to_submit_ends_at_once() -> None:
    assert [one async for one in submit_each(admit, [], in_flight=4)] == []


async def test_a_source_that_fails_is_heard_by_the_caller() -> None:
    async def source() -> AsyncIterator[TurnRequest]:
        yield TurnRequest(text="one")
        message = "the file ends in the middle"
        raise ValueError(message)

    with pytest.raises(ValueError, match="in the middle"):
        async for _ in submit_each(admit, source(), in_flight=4):
            pass


async def test_who_leaves_early_has_nothing_more_taken() -> None:
    source = texts(1_000)
    async with aclosing(submit_each(admit, source, in_flight=4)) as submissions:
        await anext(submissions)

    left = next(source)
    for _ in range(10):
        await asyncio.sleep(0)
    assert int(next(source).text) == int(left.text) + 1


async def test_without_patience_a_refusal_for_want_of_room_is_returned_at_once() -> None:
    tries = 0

    async def refuse(_: TurnRequest) -> Admitted | Refusal:
        nonlocal tries
        tries += 1
        return TOO_MANY_WAITING

    decision = await submit_with_patience(refuse, TurnRequest(text="Hello"), 0)

    assert (decision, tries) == (TOO_MANY_WAITING, 1)
