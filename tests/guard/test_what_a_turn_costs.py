from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from infra.embedded.redis import EmbeddedRedis
from tests.guard.allocations import blocks_taken
from tests.guard.budgets import compare, not_measured, read_budgets
from tests.guard.measure import Cost, Load, cost_of_a_turn
from tests.guard.report import show
from tests.guard.steps import steps
from tests.measuring.bot import MeasuredBot, make_bot, make_mini_bot
from tests.servers import fresh_database

MakeBot = Callable[[str, str], Awaitable[MeasuredBot]]
CASES: dict[str, tuple[MakeBot, Load]] = {
    "one_client": (make_bot, Load(clients=1, turns=200)),
    "many_clients": (make_bot, Load(clients=64, turns=640)),
    "mini_many_clients": (make_mini_bot, Load(clients=64, turns=640)),
}


@pytest.mark.usefixtures("slow_clocks")
async def test_a_turn_costs_no_more_than_its_budgets(quiet_postgres: str, own_redis_server: EmbeddedRedis) -> None:
    blocks = {name: float(blocks_taken(step)) for name, step in steps().items()}
    costs = {name: await _cost(quiet_postgres, own_redis_server.url, *case) for name, case in CASES.items()}
    measured = {"blocks_of_a_step": blocks} | {name: cost.figures for name, cost in costs.items()}
    lines = compare(measured, read_budgets())

    show(lines, {name: cost.statements for name, cost in costs.items()})

    assert not_measured(measured, read_budgets()) == []
    assert [f"{line.case}.{line.figure}: {line.today:.2f}" for line in lines if line.is_over] == []


async def _cost(postgres_url: str, redis_url: str, make: MakeBot, load: Load) -> Cost:
    async with fresh_database(postgres_url) as database_url:
        return await cost_of_a_turn(await make(database_url, redis_url), load)
