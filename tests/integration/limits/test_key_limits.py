"""The limit of one key on a real Redis: shared, learnt, forgotten, and never in the way when Redis is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from infra.embedded.redis import EmbeddedRedis
from shared.ids import new_id
from shared.limits.key_limits import KeyLimits
from shared.limits.scripts import limit_key, permits_key
from shared.limits.values import LimitId, NoRoom, Outcome, Permit
from shared.metrics import limits_open
from shared.queue.connection import connect_redis
from shared.redis_lane import LaneRedis
from tests.servers import until

SILENT_MS = 4_000
"""Less than any other command waits, so that Redis answers whoever does not give up before."""


def limits_on(client: LaneRedis, *, permit_seconds: float = 15.0, renew_seconds: float = 5.0) -> KeyLimits:
    return KeyLimits(client, permit_seconds=permit_seconds, renew_seconds=renew_seconds)


async def ask(limits: KeyLimits, key_id: UUID, count: int) -> list[Permit]:
    """Ask for permits at the same instant; return those that were given."""
    answers = await asyncio.gather(*(limits.acquire(key_id, 1) for _ in range(count)))
    return [answer for answer in answers if isinstance(answer, Permit)]


async def has_room(limits: KeyLimits, key_id: UUID) -> bool:
    return bool(await ask(limits, key_id, 1))


async def set_limit(client: LaneRedis, key_id: UUID, limit: float) -> None:
    await client.hset(limit_key(key_id, 1), mapping={"limit": limit, "failed_at": 0})


async def is_there(client: LaneRedis, key: str) -> bool:
    return bool(await client.exists(key))


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[LaneRedis]:
    connected = connect_redis(redis_url)
    yield connected
    await connected.aclose()


@pytest.fixture
def key_id() -> UUID:
    return new_id()


async def test_a_key_without_a_known_limit_has_room_for_everybody(client: LaneRedis, key_id: UUID) -> None:
    assert len(await ask(limits_on(client), key_id, 300)) == 300


async def test_many_askers_of_two_workers_never_get_more_than_the_limit(client: LaneRedis, key_id: UUID) -> None:
    await set_limit(client, key_id, 5)
    workers = [limits_on(client), limits_on(client)]
    given = in_flight = most = 0

    async def call(limits: KeyLimits) -> None:
        nonlocal given, in_flight, most
        while isinstance(permit := await limits.acquire(key_id, 1), NoRoom):
            assert permit.pause_seconds is None
            await asyncio.sleep(0.001)
        given, in_flight = given + 1, in_flight + 1
        most = max(most, in_flight)
        await asyncio.sleep(0.002)
        in_flight -= 1
        limits.release(permit, Outcome.OTHER)

    await asyncio.gather(*(call(workers[number % 2]) for number in range(200)))

    assert (given, most) == (200, 5)


async def test_the_permits_of_a_killed_worker_free_themselves(client: LaneRedis, key_id: UUID) -> None:
    await set_limit(client, key_id, 3)
    killed, living = limits_on(client, permit_seconds=0.3), limits_on(client)
    assert len(await ask(killed, key_id, 2)) == 2
    assert len(await ask(living, key_id, 2)) == 1

    await until(lambda: has_room(living, key_id))
    assert len(await ask(living, key_id, 2)) == 1, "its own permits are still held"


async def test_a_long_call_keeps_its_permit(client: LaneRedis, key_id: UUID) -> None:
    await set_limit(client, key_id, 1)
    limits = limits_on(client, permit_seconds=60.0, renew_seconds=0.01)
    (permit,) = await ask(limits, key_id, 1)
    await client.delete(permits_key(key_id, 1))  # as by a wipe

    renewing = asyncio.create_task(limits.renew_always())
    await until(lambda: is_there(client, permits_key(key_id, 1)))
    renewing.cancel()

    assert await ask(limits_on(client), key_id, 1) == []
    limits.release(permit, Outcome.OTHER)
    await limits.close()
    assert len(await ask(limits_on(client), key_id, 1)) == 1


async def test_a_refusal_halves_what_is_in_flight_and_pauses_the_key(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    permits = await ask(limits, key_id, 8)

    limits.release(permits[0], Outcome.LIMITED, pause_seconds=30.0)
    refusal = await limits_on(client).acquire(key_id, 1)

    assert await client.hmget(limit_key(key_id, 1), "limit", "failed_at") == [b"4", b"8"]
    assert isinstance(refusal, NoRoom)
    assert refusal.pause_seconds is not None
    assert 0 < refusal.pause_seconds <= 30
    assert isinstance(await limits.acquire(key_id, 2), Permit), "a rotated key begins anew"


async def test_an_exhausted_limit_pauses_without_a_refusal(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    (permit,) = await ask(limits, key_id, 1)

    limits.release(permit, Outcome.ANSWERED, pause_seconds=0.2)

    assert await ask(limits, key_id, 1) == []
    await until(lambda: has_room(limits, key_id))
    assert await client.hexists(limit_key(key_id, 1), "limit") is False


async def test_a_pause_without_end_is_cut_to_an_hour(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    (permit,) = await ask(limits, key_id, 1)

    limits.release(permit, Outcome.LIMITED, pause_seconds=float("inf"))
    refusal = await limits.acquire(key_id, 1)

    assert isinstance(refusal, NoRoom)
    assert refusal.pause_seconds is not None
    assert 3_500 < refusal.pause_seconds <= 3_600


async def test_the_number_in_flight_converges_on_what_the_provider_bears(client: LaneRedis, key_id: UUID) -> None:
    limits, bears = limits_on(client), 10
    calls = refused = 0
    for _ in range(120):
        permits = await ask(limits, key_id, 40)
        calls += len(permits)
        for number, permit in enumerate(reversed(permits)):
            is_refused = number < len(permits) - bears
            refused += is_refused
            limits.release(permit, Outcome.LIMITED if is_refused else Outcome.ANSWERED)
    await limits.close()

    assert calls - refused >= 0.9 * 120 * bears
    assert refused <= 40 + 0.05 * calls


async def test_a_limit_that_has_grown_past_the_ceiling_is_forgotten(client: LaneRedis, key_id: UUID) -> None:
    await set_limit(client, key_id, 2000)
    limits = limits_on(client)
    permits = await ask(limits, key_id, 1001)

    for permit in permits:
        limits.release(permit, Outcome.ANSWERED)
    await limits.close()

    assert await client.hexists(limit_key(key_id, 1), "limit") is False


async def test_what_is_known_of_a_limit_has_an_end(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    permits = await ask(limits, key_id, 2)
    limits.release(permits[0], Outcome.LIMITED)
    await limits.close()

    assert await client.pttl(limit_key(key_id, 1)) > 0
    assert await client.pttl(permits_key(key_id, 1)) > 0


async def test_an_asker_that_was_stopped_leaves_no_permit_behind(client: LaneRedis, key_id: UUID) -> None:
    await set_limit(client, key_id, 1)
    limits = limits_on(client)
    stopped = asyncio.create_task(limits.acquire(key_id, 1))
    await asyncio.sleep(0)
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)

    await until(lambda: has_room(limits, key_id))


async def test_an_asker_that_is_stopped_in_the_instant_of_its_answer_leaves_no_permit_behind(
    client: LaneRedis, key_id: UUID
) -> None:
    await set_limit(client, key_id, 2)
    limits = limits_on(client, permit_seconds=60.0)

    async def ask_and_stop_the_other() -> None:
        await limits.acquire(key_id, 1)
        assert other.cancel(), "its answer came with this one's"

    first = asyncio.create_task(ask_and_stop_the_other())
    other = asyncio.create_task(limits.acquire(key_id, 1))
    await asyncio.gather(first, other, return_exceptions=True)
    await limits.close()

    assert other.cancelled()
    assert len(limits._held) == await client.zcard(permits_key(key_id, 1)) == 1


async def test_room_that_another_process_made_is_seen_by_the_one_whose_turns_wait(
    client: LaneRedis, key_id: UUID
) -> None:
    await set_limit(client, key_id, 1)
    ours, theirs = limits_on(client), limits_on(client)
    (permit,) = await ask(theirs, key_id, 1)
    assert await ask(ours, key_id, 1) == []
    theirs.release(permit, Outcome.OTHER)
    await theirs.close()

    async def sees_room() -> bool:
        ours.look()
        return ours.take_unused_room() == {LimitId(key_id, 1): 1}

    await until(sees_room)
    assert ours.take_unused_room() == {}
    ours.take_back({LimitId(key_id, 1): 1})
    assert ours.take_unused_room() == {LimitId(key_id, 1): 1}, "PostgreSQL was away: nobody was told"


async def test_room_is_told_once_and_only_for_keys_with_a_limit(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    permits = await ask(limits, key_id, 4)
    limits.release(permits[0], Outcome.ANSWERED)
    assert limits.take_room(LimitId(key_id, 1)) == 0

    limits.release(permits[1], Outcome.LIMITED)
    limits.release(permits[2], Outcome.ANSWERED)
    await limits.close()

    assert limits.take_room(LimitId(key_id, 1)) == 1
    assert limits.take_room(LimitId(key_id, 1)) == 0


async def test_a_forgotten_script_is_taught_again(client: LaneRedis, key_id: UUID) -> None:
    limits = limits_on(client)
    assert len(await ask(limits, key_id, 1)) == 1
    await client.script_flush()
    before = limits_open._value.get()

    assert len(await ask(limits, key_id, 3)) == 3
    assert limits_open._value.get() == before


async def test_without_redis_every_call_may_be_made_and_is_counted(
    own_redis_server: EmbeddedRedis, key_id: UUID
) -> None:
    client = connect_redis(own_redis_server.url)
    await set_limit(client, key_id, 1)
    limits = limits_on(client)
    own_redis_server.kill()
    before = limits_open._value.get()

    permits = await ask(limits, key_id, 5)
    for permit in permits:
        limits.release(permit, Outcome.ANSWERED)
    await limits.close()

    assert len(permits) == 5
    assert limits_open._value.get() - before == 5
    await client.aclose()


async def test_a_redis_that_is_silent_keeps_no_call_waiting(own_redis_server: EmbeddedRedis, key_id: UUID) -> None:
    async with connect_redis(own_redis_server.url) as client:
        await set_limit(client, key_id, 1)
        limits = limits_on(client)
        await client.execute_command("CLIENT", "PAUSE", SILENT_MS, "ALL")  # type: ignore[no-untyped-call]
        before = limits_open._value.get()

        assert len(await ask(limits, key_id, 2)) == 2, "Redis was waited for, and knows of room for one"
        assert limits_open._value.get() - before == 2
