"""Notices survive what goes away between the change and the receiver."""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio as redis

import services.workers.notices.main
from tests.integration.notices.receivers import Receiver, running_receiver
from tests.product import Product, Workspace, running_product
from tests.servers import until

KEY, NEW_KEY = "sk-sim-ok-" + "f" * 24, "sk-sim-ok-" + "g" * 24
TEST_NETWORK: dict[str, Any] = {
    "webhook_allow_private": True,
    "sweep_seconds": 0.05,
    "unclaimed_seconds": 0.2,
    "notice_first_retry_seconds": 0.05,
}


async def told_workspace(product: Product, receiver: Receiver) -> Workspace:
    workspace = await product.make_workspace()
    status, _ = await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": receiver.url})
    assert status == 200
    return workspace


async def until_delivered(workspace: Workspace) -> dict[str, Any]:
    async def is_delivered() -> bool:
        _, notices = await workspace.admin("GET", "/api/notices")
        return bool(notices["data"][0]["deliveries"][0]["status"] == "delivered")

    await until(is_delivered)
    _, notices = await workspace.admin("GET", "/api/notices")
    delivery: dict[str, Any] = notices["data"][0]["deliveries"][0]
    return delivery


async def test_a_notice_whose_ring_was_wiped_from_redis_is_delivered_once_the_sweeper_rings_it(
    database_url: str, redis_url: str
) -> None:
    absent = frozenset({"notices"})
    async with (
        running_receiver() as receiver,
        running_product(database_url, redis_url, without=absent, **TEST_NETWORK) as product,
    ):
        workspace = await told_workspace(product, receiver)
        await workspace.admin("POST", "/api/notices/test")
        async with redis.Redis.from_url(redis_url) as client:
            await client.flushall()
        stop = asyncio.Event()
        running = asyncio.create_task(services.workers.notices.main.run(product.settings, stop))

        delivery = await until_delivered(workspace)

        stop.set()
        await running
        assert delivery["attempts"] == 1
        assert len(receiver.posts) == 1


async def test_a_change_of_a_key_is_told_at_once_also_while_the_sweeper_is_down(
    database_url: str, redis_url: str
) -> None:
    absent = frozenset({"sweeper"})
    async with (
        running_receiver() as receiver,
        running_product(database_url, redis_url, without=absent, **TEST_NETWORK) as product,
    ):
        workspace = await told_workspace(product, receiver)
        key = await workspace.add_key("openai", KEY)
        product.simulator.set_scenario(KEY, "insufficient_quota")
        await workspace.admin("POST", f"/api/keys/{key['id']}/test")
        await until_delivered(workspace)
        await workspace.admin("POST", f"/api/keys/{key['id']}/rotate", {"key": NEW_KEY})
        await until_delivered(workspace)

        assert [post.json["type"] for post in receiver.posts] == ["key_unusable", "key_recovered"]


async def test_a_receiver_that_is_down_gets_the_notice_when_it_is_up(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, **TEST_NETWORK) as product:
        async with running_receiver() as receiver:
            workspace = await told_workspace(product, receiver)
        await workspace.admin("POST", "/api/notices/test")

        async def has_failed() -> bool:
            _, notices = await workspace.admin("GET", "/api/notices")
            return bool(notices["data"][0]["deliveries"][0]["last_error"] == "connection")

        await until(has_failed)
        port = int(receiver.url.split(":")[2].split("/")[0])
        async with running_receiver(port) as again:
            delivery = await until_delivered(workspace)
            assert len(again.posts) == 1
        assert delivery["attempts"] >= 2


async def test_a_receiver_that_never_answers_costs_one_timeout_not_the_worker(
    database_url: str, redis_url: str
) -> None:
    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        running_product(database_url, redis_url, notice_timeout_seconds=1.0, **TEST_NETWORK) as product,
        running_receiver() as receiver,
    ):
        silent = await told_workspace(product, Receiver(url=f"http://127.0.0.1:{port}/"))
        healthy = await told_workspace(product, receiver)
        await silent.admin("POST", "/api/notices/test")
        await healthy.admin("POST", "/api/notices/test")

        await until_delivered(healthy)

        async def has_timed_out() -> bool:
            _, notices = await silent.admin("GET", "/api/notices")
            return bool(notices["data"][0]["deliveries"][0]["last_error"] == "timeout")

        await until(has_timed_out)
    server.close()
