"""Reply inboxes and turn streams on a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.inbox import ReplyInbox
from shared.queue.replies import ReplyWriter
from shared.queue.reply_entries import Delta, Done, Reset, StreamEntry, inbox_key, turn_key
from shared.redis_lane import LaneRedis
from tests.integration.queue.server import OwnRedis, until


@pytest.fixture
async def inbox(client: LaneRedis) -> AsyncIterator[ReplyInbox]:
    opened = ReplyInbox(client, "gateway-1")
    await opened.start()
    yield opened
    await opened.close()


def result(turn_id: str, answer: str = "Hello") -> TurnResult:
    return TurnResult(turn_id, TurnStatus.COMPLETED, 1, answer=answer)


async def read_all(inbox: ReplyInbox, turn_id: str, after: str | None = None) -> list[StreamEntry]:
    async with asyncio.timeout(20):
        return [entry async for entry in inbox.follow(turn_id, after)]


async def test_each_expected_result_reaches_who_waits_for_it(inbox: ReplyInbox, client: LaneRedis) -> None:
    writer = ReplyWriter(client)
    expected = {f"turn-{number}": inbox.expect(f"turn-{number}") for number in range(200)}
    await asyncio.gather(*(writer.reply("gateway-1", result(turn_id, turn_id)) for turn_id in expected))
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*expected.values())
    assert [answer.answer for answer in answers] == list(expected)


async def test_two_who_wait_for_one_turn_both_get_it(inbox: ReplyInbox, client: LaneRedis) -> None:
    first, second, given_up = (inbox.expect("turn") for _ in range(3))
    given_up.cancel()
    await ReplyWriter(client).reply("gateway-1", result("turn"))
    async with asyncio.timeout(20):
        assert await first == await second == result("turn")


async def test_a_follower_reads_the_stream_from_its_beginning(inbox: ReplyInbox, client: LaneRedis) -> None:
    writer = ReplyWriter(client)
    for sequence in range(3):
        writer.delta("turn", 1, sequence, f"word {sequence}")
    await writer.close()
    following = asyncio.create_task(read_all(inbox, "turn"))
    for sequence in range(3, 6):
        writer.delta("turn", 1, sequence, f"word {sequence}")
    await writer.done("turn", result("turn"))
    entries = await following
    assert entries == [*(Delta(1, number, f"word {number}") for number in range(6)), Done(result("turn"))]


async def test_a_second_follower_gets_everything_and_the_first_nothing_twice(
    inbox: ReplyInbox, client: LaneRedis
) -> None:
    writer = ReplyWriter(client)
    first = asyncio.create_task(read_all(inbox, "turn"))
    writer.delta("turn", 1, 0, "a")
    await writer.reset("turn", 2)
    writer.delta("turn", 1, 1, "too late")
    writer.delta("turn", 2, 0, "b")
    await writer.close()
    second = asyncio.create_task(read_all(inbox, "turn"))
    resumed = asyncio.create_task(read_all(inbox, "turn", after="1.0"))
    await asyncio.sleep(0)
    await writer.done("turn", result("turn"))
    whole = [Delta(1, 0, "a"), Reset(2), Delta(2, 0, "b"), Done(result("turn"))]
    assert await first == await second == whole
    assert await resumed == whole[1:]


async def test_a_new_follower_ends_the_read_that_blocks_now(inbox: ReplyInbox, client: LaneRedis) -> None:
    writer = ReplyWriter(client)
    await writer.done("turn", result("turn"))
    await until(lambda: _blocked_readers(client, 1))
    before = await client.xlen(inbox_key("gateway-1"))
    assert await read_all(inbox, "turn") == [Done(result("turn"))]
    assert await client.xlen(inbox_key("gateway-1")) == before + 1


async def test_a_reply_that_was_read_does_not_stay_in_the_inbox(inbox: ReplyInbox, client: LaneRedis) -> None:
    expected = inbox.expect("turn")
    await ReplyWriter(client).reply("gateway-1", result("turn"))
    assert await expected == result("turn")

    async def is_empty() -> bool:
        return int(await client.xlen(inbox_key("gateway-1"))) == 0

    await until(is_empty)
    assert await client.exists(inbox_key("gateway-1"))


async def test_an_inbox_that_was_wiped_is_made_anew(inbox: ReplyInbox, client: LaneRedis) -> None:
    writer = ReplyWriter(client)
    await client.flushall()
    await writer.reply("gateway-1", result("lost"))
    assert not await client.exists(inbox_key("gateway-1"))
    await until(lambda: _exists(client, inbox_key("gateway-1")))
    expected = inbox.expect("turn")
    await writer.reply("gateway-1", result("turn"))
    async with asyncio.timeout(20):
        assert await expected == result("turn")


async def test_replies_flow_again_after_redis_was_killed_and_started_again(
    own_redis: OwnRedis, inbox: ReplyInbox, client: LaneRedis
) -> None:
    writer = ReplyWriter(client)
    following = asyncio.create_task(read_all(inbox, "turn"))
    own_redis.kill()
    await writer.reply("gateway-1", result("dropped"))
    own_redis.start()
    await until(lambda: _exists(client, inbox_key("gateway-1")))
    expected = inbox.expect("whole")
    await writer.reply("gateway-1", result("whole"))
    writer.delta("turn", 1, 7, "after the gap")
    await writer.done("turn", result("turn"))
    async with asyncio.timeout(20):
        assert await expected == result("whole")
        assert await following == [Delta(1, 7, "after the gap"), Done(result("turn"))]


async def test_a_reply_to_an_inbox_without_an_owner_leaves_nothing(own_redis: OwnRedis, client: LaneRedis) -> None:
    await ReplyWriter(client).reply("gone", result("turn"))
    assert await client.keys() == []


async def test_a_turns_stream_and_an_inbox_end_by_themselves(inbox: ReplyInbox, client: LaneRedis) -> None:
    await ReplyWriter(client).done("turn", result("turn"))
    assert 0 < await client.pttl(turn_key("turn")) <= 600_000
    assert 0 < await client.pttl(inbox_key("gateway-1")) <= 60_000


async def _exists(client: LaneRedis, key: str) -> bool:
    return bool(await client.exists(key))


async def _blocked_readers(client: LaneRedis, count: int) -> bool:
    info = await client.info("clients")
    return int(info["blocked_clients"]) == count
