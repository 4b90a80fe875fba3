"""The worked example, as its users run it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.cli.addresses import environment_of
from infra.embedded.free_port import free_port
from tests.integration.producer.hearing import bot_token
from tests.product import Product

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def running_bridge(product: Product, token: str) -> AsyncIterator[int]:
    """Run the example until the block ends; give its port. It must end well by itself."""
    port = free_port()
    environment = os.environ | environment_of(product.settings) | {"MEVICHAT_BOT_TOKEN": token}
    words = [sys.executable, "-m", "infra.examples.line_bridge", "--port", str(port)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, env=environment, cwd=ROOT, stdout=pipe)
    assert process.stdout is not None
    try:
        assert b"Talk to the bot" in await process.stdout.readline()
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert process.returncode == 0


async def talk(port: int, name: str, lines: int) -> list[str]:
    """Say so many lines at once on a connection of one's own; return as many replies."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("".join(f"{name} says {number}\n" for number in range(lines)).encode())
    async with asyncio.timeout(30):
        replies = [(await reader.readline()).decode() for _ in range(lines)]
    writer.close()
    await writer.wait_closed()
    return replies


async def test_each_connection_gets_its_own_replies_in_order_and_a_lost_one_disturbs_nobody(product: Product) -> None:
    async with running_bridge(product, await bot_token(product)) as port:
        _, leaving = await asyncio.open_connection("127.0.0.1", port)
        leaving.write(b"Nobody will read the answer\n")
        await leaving.drain()
        leaving.close()

        replies = await asyncio.gather(*(talk(port, f"caller-{caller}", 5) for caller in range(6)))

    for caller, heard in enumerate(replies):
        assert [f"caller-{caller} says {number}" in reply for number, reply in enumerate(heard)] == [True] * 5


async def test_a_line_that_is_refused_reads_why(product: Product) -> None:
    async with running_bridge(product, await bot_token(product)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"nul \x00 inside\n")
        assert b"contains a NUL character" in await reader.readline()
        writer.close()
        await writer.wait_closed()
