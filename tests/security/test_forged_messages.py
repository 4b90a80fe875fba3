"""Whoever can write to Redis can ring; what is done is decided by PostgreSQL's rows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.queue.connection import connect_redis
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE, VALIDATE_KEY, Route
from tests.integration.dashboard.walk import make_things, rows_of
from tests.product import running_product
from tests.servers import until

TABLES = ("turns", "usage_events", "usage_daily", "quota", "provider_keys", "workspace_counters")
UNKNOWN = Route(COMPLETE_TURN.queue, "drop_everything")


def forgeries(turn_id: str, key_id: str, workspace_id: str) -> list[tuple[Route, tuple[Any, ...]]]:
    """Return messages that nobody of ours sent: unknown, garbled, about nothing, and replayed."""
    rejected = {
        "name": "key.rejected.v1",
        "key_id": key_id,
        "workspace_id": workspace_id,
        "key_version": 7,
        "verdict_seq": 7,
        "model": "gpt-5-mini",
        "error_type": "key_refused",
        "occurred_at": "2026-01-01T00:00:00+00:00",
    }
    return [
        (UNKNOWN, (turn_id,)),
        (COMPLETE_TURN, ("no id",)),
        (COMPLETE_TURN, (None,)),
        (COMPLETE_TURN, ()),
        (COMPLETE_TURN, (str(uuid4()),)),
        *[(COMPLETE_TURN, (turn_id,))] * 3,
        *[(COUNT_USAGE, ({"name": "usage.recorded.v1", "events": [[turn_id, 1]]},))] * 3,
        (COUNT_USAGE, ({"name": "usage.recorded.v1", "events": [["no id", "x"]]},)),
        (COUNT_USAGE, ({"name": "usage.recorded.v9"},)),
        (COUNT_USAGE, ("garbage",)),
        (VALIDATE_KEY, (rejected,)),
        (VALIDATE_KEY, (rejected | {"key_id": str(uuid4())},)),
        (VALIDATE_KEY, ({"name": "key.rejected.v1", "key_id": "no id"},)),
        (VALIDATE_KEY, ([],)),
    ]


async def test_forged_and_replayed_messages_change_nothing_and_stop_nobody(database_url: str, redis_url: str) -> None:
    async with connect_redis(redis_url) as client, running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace()
        things = await make_things(workspace)
        ringer = Ringer(client)

        async def is_counted(turns: int) -> bool:
            _, usage = await workspace.admin("GET", "/api/usage")
            return bool(sum(row["turns"] for row in usage["rows"]) == turns)

        await until(lambda: is_counted(1))
        before = await rows_of(product.database, *TABLES)
        for route, args in forgeries(things["turn"], things["key"], workspace.workspace_id):
            await ringer.ring(route, [args])

        async def is_handled() -> bool:
            queues = {route.queue for route in (COMPLETE_TURN, COUNT_USAGE, VALIDATE_KEY)}
            return not any([await client.hlen(f"dramatiq:{queue}.msgs") for queue in queues])

        await until(is_handled)
        assert await rows_of(product.database, *TABLES) == before

        bot = await workspace.add_bot("mevichat:mini")
        status, reply = await workspace.ask(bot["token"], "Is anybody still there?")
        assert (status, reply["mevichat"]["status"]) == (200, "completed")
        await until(lambda: is_counted(2))
        status, tested = await workspace.admin("POST", f"/api/keys/{things['key']}/test")
        assert (status, tested["state"]) == (200, "active")
