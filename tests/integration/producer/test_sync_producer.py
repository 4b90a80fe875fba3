"""The producer for programs of threads does the same."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from shared.producer import Admitted, ProducerError, Reply, SyncTurnProducer, TurnRequest, TurnStatus
from tests.integration.producer.hearing import bot_token
from tests.product import Product


async def test_threads_submit_many_and_hear_every_end(product: Product) -> None:
    token = await bot_token(product)

    def work() -> tuple[list[Admitted], list[Reply]]:
        with SyncTurnProducer("sync", token=token, settings=product.settings) as producer:
            requests = [TurnRequest(text=f"Question {number}") for number in range(100)]
            submissions = list(producer.submit_many(requests, in_flight=20))
            assert [one.request for one in submissions] == requests
            with ThreadPoolExecutor(4) as threads:
                more = list(threads.map(producer.submit, requests))
            heard = list(islice(producer.replies(), 200))
            admitted = [one for one in (*(each.decision for each in submissions), *more) if isinstance(one, Admitted)]
            return admitted, heard

    admitted, heard = await asyncio.to_thread(work)

    assert len(admitted) == 200
    assert {reply.turn_id for reply in heard} == {one.turn_id for one in admitted}
    assert {reply.status for reply in heard} == {TurnStatus.COMPLETED}


async def test_what_was_broken_off_is_heard_again_and_what_was_acknowledged_is_not(product: Product) -> None:
    token = await bot_token(product)

    def work() -> None:
        with SyncTurnProducer("sync", token=token, settings=product.settings) as producer:
            list(producer.submit_many(TurnRequest(text=f"{number}", conversation="c") for number in range(3)))
            for reply in producer.replies():
                assert reply.question == "0"
                break
            first = producer.next_reply()
            assert first.question == "0"
            producer.acknowledge(first)
        with SyncTurnProducer("sync", token=token, settings=product.settings) as producer:
            assert [reply.question for reply in islice(producer.replies(), 2)] == ["1", "2"]

    await asyncio.to_thread(work)


async def test_a_producer_that_cannot_be_opened_says_why_and_leaves_no_thread(product: Product) -> None:
    def work() -> None:
        producer = SyncTurnProducer("sync", token="mvb_unknown", settings=product.settings)
        with pytest.raises(ProducerError, match="unknown or was revoked"), producer:
            pass
        assert not producer._thread.is_alive()

    await asyncio.to_thread(work)
