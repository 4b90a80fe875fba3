"""What a caller reads whose gateway stops before the reply is there; the turn goes on."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import aiohttp
import pytest

import services.gateway.main
from infra.embedded.free_port import free_port
from tests.integration.gateway.door import chat_calls, open_doors
from tests.product import Product, running_product
from tests.servers import is_answered, until

ANSWERS_AFTER_MS = 12_000
"""Longer than a gateway that stops waits for what it serves."""


async def test_a_gateway_that_stops_answers_503_with_the_turn_which_still_finishes(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        (door,) = await open_doors(await product.make_workspace(), delay_ms=ANSWERS_AFTER_MS)
        stop = asyncio.Event()
        settings = product.settings.model_copy(update={"gateway_port": free_port()})
        gateway = asyncio.create_task(services.gateway.main.run(settings, stop))
        url = f"http://127.0.0.1:{settings.gateway_port}"
        await until(lambda: is_answered(product.http, f"{url}/health/ready"))
        asked = asyncio.create_task(replace(door, url=f"{url}/v1").ask("Hello"))
        await until(lambda: is_called(product))

        stop.set()
        answer = await asked

        assert (answer.status, answer.code) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
        assert await gateway == 0

        async def is_completed() -> bool:
            return bool((await door.turn(answer.turn_id))["status"] == "completed")

        await until(is_completed)


async def test_a_stream_that_a_stopping_gateway_cuts_off_is_no_failure_in_its_log(
    database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_product(database_url, redis_url) as product:
        (door,) = await open_doors(await product.make_workspace(), chunks=1000, chunk_delay_ms=20)
        stop = asyncio.Event()
        settings = product.settings.model_copy(update={"gateway_port": free_port()})
        gateway = asyncio.create_task(services.gateway.main.run(settings, stop))
        url = f"http://127.0.0.1:{settings.gateway_port}"
        await until(lambda: is_answered(product.http, f"{url}/health/ready"))

        async with replace(door, url=f"{url}/v1").streaming("Hello") as stream:
            await stream.read_first()
            stop.set()
            with pytest.raises(aiohttp.ClientPayloadError):  # its reader sees that it was not the end
                await stream.read_all()

        assert await gateway == 0
        assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
        await door.cancel(stream.turn_id)


async def is_called(product: Product) -> bool:
    return chat_calls(product) == 1
