"""A notice is made with the change that it tells of, once; a delivery is one process's at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.domain.key_states import KeyState
from shared.domain.notices import Channel, DeliveryError
from shared.store.errors import StoreError
from shared.store.keys.change import patch_key
from shared.store.keys.rows import Rotation, Standing, Verdict
from shared.store.keys.verdict import apply_verdict
from shared.store.keys.write import rotate_key
from shared.store.notices.deliver import claim_deliveries, end_delivery
from shared.store.notices.due import due_notices, untried_notices
from shared.store.notices.rows import ClaimedDelivery, DeliveryEnd, NoticeSettings
from shared.store.notices.settings import change_notice_settings
from tests.actor import TESTER
from tests.integration.store.bench import Bench

TOLD = NoticeSettings("https://example.com", "a@example.com", b"sealed")
GOOD, INVALID, OUT, RESTRICTED = (
    Standing(state=state) for state in (KeyState.ACTIVE, KeyState.INVALID, KeyState.OUT_OF_QUOTA, KeyState.RESTRICTED)
)


async def tell(bench: Bench, settings: NoticeSettings = TOLD) -> None:
    await change_notice_settings(
        bench.database, lambda _: settings, workspace_id=bench.workspace_id, actor=TESTER, details={}
    )


async def judge(bench: Bench, key_id: UUID, *standings: Standing) -> None:
    """Apply verdicts one after the other, each under the key's present fence."""
    for standing in standings:
        (row,) = await bench.sql("SELECT version, verdict_seq FROM provider_keys WHERE id = :id", id=key_id)
        verdict = Verdict(key_id, bench.workspace_id, row.version, row.verdict_seq, standing)
        assert (await apply_verdict(bench.database, verdict)).applied


async def kinds(bench: Bench) -> list[str]:
    return [row.kind for row in await bench.sql("SELECT kind FROM notices ORDER BY created_at")]


async def switch(bench: Bench, key_id: UUID, *, disabled: bool) -> None:
    fields: dict[str, Any] = {"label": None, "default": None, "disabled": disabled}
    await patch_key(bench.database, workspace_id=bench.workspace_id, key_id=key_id, actor=TESTER, **fields)


async def rotate(bench: Bench, key_id: UUID) -> None:
    rotation = Rotation(key_id, bench.workspace_id, "sk-••••new1", sealed=b"new", fingerprint=b"n")
    assert await rotate_key(bench.database, rotation, actor=TESTER)


async def test_only_a_change_between_usable_and_not_is_told(bench: Bench) -> None:
    key_id = (await bench.add_key()).key_id

    await judge(bench, key_id, GOOD, INVALID, OUT, INVALID, RESTRICTED, GOOD, GOOD, OUT)

    assert await kinds(bench) == ["key_unusable", "key_recovered", "key_unusable"]


async def test_of_many_verdicts_at_once_one_is_told(bench: Bench) -> None:
    use = await bench.add_key()
    verdicts = [Verdict(use.key_id, bench.workspace_id, 1, 0, INVALID) for _ in range(8)]

    await asyncio.gather(*(apply_verdict(bench.database, verdict) for verdict in verdicts))

    assert await kinds(bench) == ["key_unusable"]


async def test_a_notice_and_its_change_commit_together_or_not_at_all(bench: Bench) -> None:
    use = await bench.add_key()
    await bench.sql("ALTER TABLE notices ADD CHECK (kind <> 'key_unusable')")

    with pytest.raises(StoreError):
        await judge(bench, use.key_id, INVALID)

    (row,) = await bench.sql("SELECT state, verdict_seq FROM provider_keys")
    assert (row.state, row.verdict_seq) == ("active", 0)


async def test_a_key_that_a_person_switched_off_and_on_is_told_of_by_what_was_told_last(bench: Bench) -> None:
    good, bad = (await bench.add_key()).key_id, (await bench.add_key()).key_id
    await switch(bench, good, disabled=True)
    await rotate(bench, good)
    assert await kinds(bench) == []
    await judge(bench, bad, INVALID)
    await switch(bench, bad, disabled=True)
    await switch(bench, bad, disabled=False)
    assert await kinds(bench) == ["key_unusable"]

    await judge(bench, bad, GOOD)

    assert await kinds(bench) == ["key_unusable", "key_recovered"]


async def test_a_rotation_of_an_unusable_key_is_a_recovery(bench: Bench) -> None:
    key_id = (await bench.add_key()).key_id
    await judge(bench, key_id, INVALID)

    await rotate(bench, key_id)

    assert await kinds(bench) == ["key_unusable", "key_recovered"]


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        (NoticeSettings(), []),
        (NoticeSettings(email="a@example.com"), ["email"]),
        (NoticeSettings("https://example.com", None, b"sealed"), ["webhook"]),
        (TOLD, ["email", "webhook"]),
    ],
)
async def test_a_notice_goes_out_through_the_channels_that_are_set(
    bench: Bench, settings: NoticeSettings, channels: list[str]
) -> None:
    await tell(bench, settings)
    await judge(bench, (await bench.add_key()).key_id, INVALID)

    rows = await bench.sql("SELECT channel FROM notice_deliveries ORDER BY channel")
    assert [row.channel for row in rows] == channels
    assert await kinds(bench) == ["key_unusable"]


async def one_told(bench: Bench) -> UUID:
    await tell(bench)
    key_id = (await bench.add_key()).key_id
    await judge(bench, key_id, INVALID)
    (notice_id,) = await untried_notices(bench.database, key_id)
    return notice_id


async def test_of_many_that_claim_a_delivery_one_gets_it(bench: Bench) -> None:
    notice_id = await one_told(bench)

    claims = await asyncio.gather(*(claim_deliveries(bench.database, notice_id, lease_seconds=30) for _ in range(8)))

    assert sorted(each.channel for claimed in claims for each in claimed) == [Channel.EMAIL, Channel.WEBHOOK]


async def test_a_delivery_whose_process_fell_silent_is_due_again_and_its_late_end_is_not_written(
    bench: Bench,
) -> None:
    notice_id = await one_told(bench)
    await claim_deliveries(bench.database, notice_id, lease_seconds=30)
    assert await due_notices(bench.database, rung_before_seconds=5, limit=10) == []
    await bench.sql("UPDATE notice_deliveries SET next_attempt_at = now() - interval '1 second'")

    assert await due_notices(bench.database, rung_before_seconds=5, limit=10) == [notice_id]
    assert await due_notices(bench.database, rung_before_seconds=5, limit=10) == []
    again = await claim_deliveries(bench.database, notice_id, lease_seconds=30)
    assert {each.attempts for each in again} == {2}
    late = DeliveryEnd(notice_id, ClaimedDelivery(Channel.EMAIL, attempts=1))
    assert not await end_delivery(bench.database, late)


async def test_an_attempt_ends_delivered_to_be_tried_again_or_given_up(bench: Bench) -> None:
    notice_id = await one_told(bench)
    by_channel = {each.channel: each for each in await claim_deliveries(bench.database, notice_id, lease_seconds=30)}
    later = datetime.now(UTC) + timedelta(hours=1)
    error = DeliveryError.TIMEOUT

    assert await end_delivery(bench.database, DeliveryEnd(notice_id, by_channel[Channel.EMAIL]))
    assert await end_delivery(bench.database, DeliveryEnd(notice_id, by_channel[Channel.WEBHOOK], error, later))

    rows = await bench.sql("SELECT status, last_error, delivered_at FROM notice_deliveries ORDER BY channel")
    assert [(row.status, row.last_error) for row in rows] == [("delivered", None), ("pending", "timeout")]
    assert await claim_deliveries(bench.database, notice_id, lease_seconds=30) == []
    await bench.sql("UPDATE notice_deliveries SET next_attempt_at = now() WHERE status = 'pending'")
    (last,) = await claim_deliveries(bench.database, notice_id, lease_seconds=30)
    assert await end_delivery(bench.database, DeliveryEnd(notice_id, last, error))
    (row,) = await bench.sql("SELECT status FROM notice_deliveries WHERE channel = 'webhook'")
    assert row.status == "given_up"
