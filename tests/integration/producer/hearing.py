"""A producer of a bot made for the test, and what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any

from shared.admission.admission import Admitted
from shared.producer import Reply, TurnProducer, TurnRequest
from tests.product import Product, Workspace

KEY = "sk-sim-ok-" + "p" * 24
WITHIN_SECONDS = 30


async def bot_token(product: Product, *, workspace: Workspace | None = None, **behaviour: Any) -> str:
    """Make a bot on a key that behaves like this; return its token."""
    workspace = workspace or await product.make_workspace()
    await workspace.add_key("openai", KEY)
    product.simulator.set_behaviour(KEY, **behaviour)
    return str((await workspace.add_bot("gpt-5-mini"))["token"])


def producer_of(product: Product, token: str, name: str = "test") -> TurnProducer:
    """Return a producer on the product's own servers."""
    return TurnProducer(name, token=token, settings=product.settings)


async def submit_all(producer: TurnProducer, requests: Iterable[TurnRequest]) -> list[Admitted]:
    """Submit these; each must be admitted."""
    decisions = [submission.decision async for submission in producer.submit_many(requests)]
    assert all(isinstance(decision, Admitted) for decision in decisions), decisions
    return [decision for decision in decisions if isinstance(decision, Admitted)]


async def hear(producer: TurnProducer, count: int) -> list[Reply]:
    """Hear so many replies and acknowledge them all."""
    heard: list[Reply] = []
    async with asyncio.timeout(WITHIN_SECONDS), aclosing(producer.replies()) as replies:
        if not count:
            return heard
        async for reply in replies:
            heard.append(reply)
            if len(heard) == count:
                await producer.acknowledge(reply)
                return heard
    return heard


async def hears_nothing(producer: TurnProducer, seconds: float) -> bool:
    """Tell whether nothing is heard for so long."""
    try:
        async with asyncio.timeout(seconds):
            await producer.next_reply()
    except TimeoutError:
        return True
    return False
