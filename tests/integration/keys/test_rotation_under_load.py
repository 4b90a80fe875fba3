"""Rotation in the middle of traffic: nothing fails, and no turn claimed after it runs on the old key (S6)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from tests.product import Product, Workspace, running_product

TURNS_A_SECOND = 200
SECONDS = 60
TICKS_A_SECOND = 20
ROTATIONS = 12


@dataclass(frozen=True, slots=True)
class Rotated:
    """A rotation whose answer had come by `answered_at`, on PostgreSQL's clock."""

    version: int
    answered_at: datetime


async def test_a_key_is_rotated_under_load_and_no_turn_fails_or_runs_on_the_old_key(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace(message_limit=100_000)
        saved = await workspace.add_key("openai", _key(1))
        bot = await workspace.add_bot("gpt-5-mini")

        load = asyncio.create_task(_load(workspace, bot["token"]))
        rotations = await _rotate_meanwhile(product, workspace, saved["id"], load)
        answers = await load

        assert len(answers) == TURNS_A_SECOND * SECONDS
        assert [body for status, body in answers if status != 200] == []
        assert {body["mevichat"]["status"] for _, body in answers} == {"completed"}
        assert len(rotations) == ROTATIONS
        for rotated in rotations:
            assert await _late_uses_of_an_older_version(product, rotated) == 0
        used = {row.key_version for row in await _sql(product, "SELECT DISTINCT key_version FROM turns")}
        assert used == set(range(1, max(used) + 1))  # each version ran turns: the rotations met traffic
        assert len(used) >= ROTATIONS


async def _load(workspace: Workspace, token: str) -> list[tuple[int, dict[str, Any]]]:
    """Send turns at an even pace, whether or not earlier ones were answered."""
    asks: list[asyncio.Task[tuple[int, dict[str, Any]]]] = []
    loop = asyncio.get_running_loop()
    began = loop.time()
    for tick in range(SECONDS * TICKS_A_SECOND):
        asks += [
            asyncio.create_task(workspace.ask(token, f"Question {tick}.{n}"))
            for n in range(TURNS_A_SECOND // TICKS_A_SECOND)
        ]
        await asyncio.sleep(max(began + (tick + 1) / TICKS_A_SECOND - loop.time(), 0))
    return await asyncio.gather(*asks)


async def _rotate_meanwhile(
    product: Product, workspace: Workspace, key_id: str, load: asyncio.Task[Any]
) -> list[Rotated]:
    rotations: list[Rotated] = []
    while len(rotations) < ROTATIONS and not load.done():
        await asyncio.wait([load], timeout=SECONDS / (ROTATIONS + 3))
        body = {"key": _key(len(rotations) + 2), "version": len(rotations) + 1}
        status, rotated = await workspace.admin("POST", f"/api/keys/{key_id}/rotate", body)
        assert status == 200, rotated
        (row,) = await _sql(product, "SELECT clock_timestamp() AS at")
        rotations.append(Rotated(rotated["version"], row.at))
    return rotations


async def _late_uses_of_an_older_version(product: Product, rotated: Rotated) -> int:
    (row,) = await product.database.call(
        text("SELECT count(*) AS turns FROM turns WHERE started_at > :at AND key_version < :version"),
        at=rotated.answered_at,
        version=rotated.version,
    )
    return int(row.turns)


async def _sql(product: Product, statement: str) -> Any:
    return await product.database.call(text(statement))


def _key(number: int) -> str:
    """Return a key of which each call takes a moment, so that many are in flight at each rotation."""
    return f"sk-sim-delay100-{number:024d}"
