"""Producers submit under the gateway's rules and hear every end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

import pytest

from shared.producer import (
    Admitted,
    ProducerError,
    Refusal,
    RefusalCode,
    Submission,
    TurnProducer,
    TurnRequest,
    TurnStatus,
)
from tests.integration.producer.hearing import bot_token, hear, hears_nothing, producer_of, submit_all
from tests.product import Product, running_product


async def test_every_turn_is_submitted_once_and_its_reply_is_heard_with_what_the_producer_knows_it_by(
    product: Product,
) -> None:
    token = await bot_token(product)
    requests = [TurnRequest(text=f"Question {n}", user=f"user-{n}", idempotency_key=f"key-{n}") for n in range(300)]

    async with producer_of(product, token) as producer:
        admitted = await submit_all(producer, requests)
        heard = await hear(producer, 300)
        assert await hears_nothing(producer, 1.5)

    assert len({one.turn_id for one in admitted}) == 300
    assert {reply.turn_id for reply in heard} == {one.turn_id for one in admitted}
    known = {(reply.idempotency_key, reply.question, reply.user) for reply in heard}
    assert known == {(request.idempotency_key, request.text, request.user) for request in requests}
    assert {reply.status for reply in heard} == {TurnStatus.COMPLETED}
    assert all(reply.text and reply.result.usage.output_tokens for reply in heard)


async def test_the_same_key_is_the_same_turn_and_another_request_under_it_is_refused(product: Product) -> None:
    async with producer_of(product, await bot_token(product)) as producer:
        first = await producer.submit(TurnRequest(text="Hello", idempotency_key="k"))
        again = await producer.submit(TurnRequest(text="Hello", idempotency_key="k", deadline_seconds=60))
        other = await producer.submit(TurnRequest(text="Good bye", idempotency_key="k"))
        await hear(producer, 1)

    assert isinstance(first, Admitted)
    assert isinstance(again, Admitted)
    assert (again.turn_id, again.is_replay) == (first.turn_id, True)
    assert isinstance(other, Refusal)
    assert other.code is RefusalCode.IDEMPOTENCY_CONFLICT


async def test_turns_of_a_conversation_are_answered_in_the_order_of_their_submission(product: Product) -> None:
    async with producer_of(product, await bot_token(product)) as producer:
        for number in range(8):
            assert isinstance(await producer.submit(TurnRequest(text=f"{number}", conversation="c")), Admitted)
        heard = await hear(producer, 8)

    assert [reply.question for reply in heard] == [f"{number}" for number in range(8)]
    assert {reply.conversation for reply in heard} == {"c"}


async def test_what_the_product_refuses_is_a_value_that_names_field_and_fix(product: Product) -> None:
    async with producer_of(product, await bot_token(product)) as producer:
        bad = {
            "text": TurnRequest(text="  "),
            "user": TurnRequest(text="Hello", user="a\nb"),
            "conversation": TurnRequest(text="Hello", conversation="c" * 129),
            "deadline_seconds": TurnRequest(text="Hello", deadline_seconds=0),
            "earlier": TurnRequest(text="Hello", earlier=[{"role": "tool", "content": "x"}]),
            "parameters": TurnRequest(text="Hello", parameters={"stop": {"a", "set"}}),
            "model": TurnRequest(text="Hello", model="gpt-2"),
        }
        for field, request in bad.items():
            refusal = await producer.submit(request)
            assert isinstance(refusal, Refusal), field
            assert refusal.param == field
            assert field.split("_")[0] in refusal.message


async def test_a_bad_request_among_many_is_refused_alone(product: Product) -> None:
    async with producer_of(product, await bot_token(product)) as producer:
        requests = [TurnRequest(text="\x00" if number == 7 else "Hello") for number in range(20)]
        decisions = [submission.decision async for submission in producer.submit_many(requests)]

    assert sum(isinstance(decision, Refusal) for decision in decisions) == 1


async def test_dead_turns_are_heard_with_their_reason_and_can_be_retried_to_another_end(product: Product) -> None:
    token = await bot_token(product, scenario="invalid_prompt")
    async with producer_of(product, token) as producer:
        (failed,) = await submit_all(producer, [TurnRequest(text="Hello")])
        (reply,) = await hear(producer, 1)
        assert (reply.turn_id, reply.is_dead, reply.status) == (failed.turn_id, True, TurnStatus.FAILED)
        assert reply.error is not None

        product.simulator.set_behaviour("sk-sim-ok-" + "p" * 24, scenario="ok")
        assert await producer.retry(failed.turn_id) == "accepted"
        (again,) = await hear(producer, 1)
        assert await producer.retry(failed.turn_id) == "not_retryable"

    assert (again.turn_id, again.status, again.is_dead) == (failed.turn_id, TurnStatus.COMPLETED, False)


async def test_a_turn_that_nobody_answers_by_its_deadline_is_heard_as_expired(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=frozenset({"worker"}), sweep_seconds=0.1) as product:
        async with producer_of(product, await bot_token(product)) as producer:
            (one,) = await submit_all(producer, [TurnRequest(text="Hello", deadline_seconds=0.3)])
            (reply,) = await hear(producer, 1)

    assert (reply.turn_id, reply.status, reply.is_dead) == (one.turn_id, TurnStatus.EXPIRED, True)


async def test_a_cancelled_turn_is_heard_too(product: Product) -> None:
    async with producer_of(product, await bot_token(product, delay_ms=60_000)) as producer:
        (one,) = await submit_all(producer, [TurnRequest(text="Hello")])
        assert await producer.cancel(one.turn_id) == "cancelled"
        (reply,) = await hear(producer, 1)

    assert (reply.turn_id, reply.status, reply.is_dead) == (one.turn_id, TurnStatus.CANCELLED, False)


async def test_submitting_many_waits_while_too_many_wait_and_loses_none(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, waiting_limit=10) as product:
        workspace = await product.make_workspace(slots=2)
        async with producer_of(product, await bot_token(product, workspace=workspace)) as producer:
            full = [one async for one in producer.submit_many(_texts(20), patience_seconds=0)]
            admitted = await submit_all(producer, _texts(20))
            refused = [one for one in full if _is_refused(one, RefusalCode.TOO_MANY_WAITING)]
            assert refused
            heard = await hear(producer, 40 - len(refused))

    assert {one.turn_id for one in admitted} <= {reply.turn_id for reply in heard}


def _texts(count: int) -> list[TurnRequest]:
    return [TurnRequest(text=f"Question {number}") for number in range(count)]


def _is_refused(one: Submission, code: RefusalCode) -> bool:
    return isinstance(one.decision, Refusal) and one.decision.code is code


async def test_a_reply_whose_loop_was_broken_off_is_heard_again_by_the_next_loop(product: Product) -> None:
    async with producer_of(product, await bot_token(product)) as producer:
        await submit_all(producer, _texts(3))
        async with aclosing(producer.replies()) as replies:
            broken_off = [await anext(replies), await anext(replies)][-1]
        heard = await hear(producer, 2)

    assert heard[0] == broken_off


async def test_readers_that_give_up_waiting_take_no_reply_with_them(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, lease_seconds=600) as product:
        async with producer_of(product, await bot_token(product)) as producer:
            await submit_all(producer, _texts(40))
            heard: set[UUID] = set()
            async with asyncio.timeout(30):
                while len(heard) < 40:
                    reading = asyncio.create_task(producer.next_reply())
                    for _ in range(len(heard) % 7 + 2):
                        await asyncio.sleep(0)
                    if not reading.cancel():
                        heard.add(reading.result().turn_id)
                    await asyncio.wait([reading])


async def test_no_more_turns_are_under_way_than_asked_for(product: Product) -> None:
    taken = 0

    async def source() -> AsyncGenerator[TurnRequest, None]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield TurnRequest(text=f"{number}")

    async with producer_of(product, await bot_token(product)) as producer:
        async with aclosing(producer.submit_many(source(), in_flight=4)) as submissions:
            for number in range(10):
                await anext(submissions)
                await asyncio.sleep(0.02)
                assert taken <= number + 1 + 4 + 4


@pytest.mark.parametrize(
    ("name", "token", "sentence"),
    [
        ("", "mvb_" + "x" * 43, "name must be a text"),
        ("crm", "mva_" + "x" * 43, "begins with mvb_"),
        ("crm", "mvb_" + "x" * 43, "unknown or was revoked"),
    ],
)
async def test_a_producer_that_cannot_be_opened_says_why(
    product: Product, name: str, token: str, sentence: str
) -> None:
    with pytest.raises(ProducerError, match=sentence):
        async with TurnProducer(name, token=token, settings=product.settings):
            pass
