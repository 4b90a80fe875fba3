"""Drives the fuzzing of a whole product, and prints what it came to."""

from __future__ import annotations

from typing import Any

from tests.integration.dashboard.walk import CONFIGURATION, make_things, rows_of
from tests.product import Product, running_product
from tests.security.fuzzing import Target, Walked, walk

KEPT = [table for table in CONFIGURATION if table != "audit"]
"""What a refusal leaves as it was; the audit notes a key that its provider refused."""


async def fuzz(database_url: str, redis_url: str, examples: int) -> Walked:
    """Send so many requests to each operation of both ports, twice: without a token and with one."""
    walked = Walked()
    # an erasure that a made-up request orders would change rows while another request is judged
    async with running_product(database_url, redis_url, without=frozenset({"sweeper"})) as product:
        for target in await _targets(product):
            await walk(target, walked, examples, lambda: rows_of(product.database, *KEPT))
    return walked


def told(walked: Walked) -> str:
    """Return the figures in one line."""
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(walked.statuses.items()))
    return f"{walked.operations} operations, {walked.cases} requests; answers {statuses}; {len(walked.inner)} failed inside"


async def _targets(product: Product) -> list[Target]:
    workspace = await product.make_workspace(message_limit=100_000)
    things = await make_things(workspace)
    bot = await workspace.add_bot("mevichat:mini")
    ids = tuple(str(one) for one in things.values())
    chat, admin = product.settings.gateway_port, product.settings.dashboard_port
    return [
        Target(chat, bot["token"], await _document(product, chat), ids),
        Target(admin, workspace.admin_token, await _document(product, admin), ids),
    ]


async def _document(product: Product, port: int) -> dict[str, Any]:
    async with product.http.get(f"http://127.0.0.1:{port}/openapi.json") as answer:
        document: dict[str, Any] = await answer.json()
        return document
