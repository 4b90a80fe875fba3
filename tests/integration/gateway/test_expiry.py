"""A turn that waits behind others past its deadline expires: its caller reads the apology, and it can be retried."""

from __future__ import annotations

import asyncio

from shared.domain.error_types import APOLOGY
from tests.integration.gateway.conftest import running_twins
from tests.integration.gateway.door import HANGS, KEY, open_doors, used_messages

PATIENCE_SECONDS = 1.5


async def test_who_waits_past_the_deadline_reads_the_apology_and_may_retry(database_url: str, redis_url: str) -> None:
    async with running_twins(database_url, redis_url, caller_deadline_seconds=PATIENCE_SECONDS) as product:
        workspace = await product.make_workspace(slots=1)
        one, other = await open_doors(workspace, **HANGS)
        ahead = (await one.ask_later("Hello", conversation="c")).turn_id
        await one.until(ahead, "running")

        whole, stream, behind = await asyncio.gather(
            one.ask("whole"), other.stream("streamed"), other.ask("behind", conversation="c")
        )

        for answer in (whole, behind):
            assert (answer.status, answer.text, answer.turn_status) == (200, APOLOGY, "expired")
            assert answer.headers["Mevichat-Turn-Status"] == "expired"
            assert answer.body["mevichat"]["error"]["type"] == "expired"
        assert (stream.text, stream.mevichat["status"]) == (APOLOGY, "expired")
        assert await used_messages(workspace) == 1

        product.simulator.set_behaviour(KEY, delay_ms=0)
        for turn_id in (whole.turn_id, stream.turn_id, behind.turn_id):
            assert (await other.retry(turn_id)).status == 200
        assert (await one.turn(behind.turn_id))["status"] == "waiting"
        await other.cancel(ahead)
        for turn_id, asked in ((whole.turn_id, "whole"), (stream.turn_id, "streamed"), (behind.turn_id, "behind")):
            assert asked in (await one.until(turn_id, "completed"))["answer"]


async def test_a_turn_that_has_expired_is_not_cancelled(database_url: str, redis_url: str) -> None:
    async with running_twins(
        database_url, redis_url, caller_deadline_seconds=0.3, without=frozenset({"worker"})
    ) as product:
        one, other = await open_doors(await product.make_workspace(), "mevichat:mini")

        expired = await one.ask("Hello")

        assert expired.turn_status == "expired"
        assert (await other.cancel(expired.turn_id)).code == "turn_ended"
