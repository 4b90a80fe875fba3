"""Recognisable keys are planted and every path is driven; then everything that was written is searched."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import redis.asyncio as redis
import structlog

from shared.logs import configure_logs
from tests.product import Product, Workspace, running_product
from tests.security.searching import stored_rows, traces_of
from tests.servers import until

MARKS = {name: f"CANARY{number}x7Qz" * 3 for number, name in enumerate(("good", "rotated", "refused", "odd", "dead"))}
GOOD = f"sk-sim-ok-{MARKS['good']}"
ROTATED = f"sk-sim-ok-{MARKS['rotated']}"
REFUSED = f"sk-sim-invalid_api_key-{MARKS['refused']}"
WRONG_KIND = f"sk-ant-admin01-{MARKS['odd']}"
UNREACHABLE = f"sk-sim-server_is_overloaded-{MARKS['dead']}"


@asynccontextmanager
async def everything_sent_to(redis_url: str) -> AsyncIterator[list[str]]:
    """Collect every command that Redis gets while the block runs."""
    seen: list[str] = []
    async with redis.Redis.from_url(redis_url) as client, client.monitor() as monitor:

        async def collect() -> None:
            async for command in monitor.listen():
                seen.append(repr(command))  # noqa: PERF401 - it never ends; what has come must be seen

        collecting = asyncio.create_task(collect())
        try:
            yield seen
        finally:
            while not collecting.done():  # asyncio.wait_for of Python 3.11, which redis-py uses, can swallow a cancel
                collecting.cancel()
                await asyncio.wait([collecting], timeout=0.1)


async def drive_every_path(product: Product, workspace: Workspace) -> list[str]:
    """Save, refuse, rotate, test, use, kill and delete keys; return every answer that was read."""
    answers: list[Any] = []

    async def admin(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        status, answer = await workspace.admin(method, path, body)
        answers.append((status, answer))
        return answer

    saved = await admin("POST", "/api/keys", {"provider": "openai", "key": f"  '{GOOD}'\n"})
    for wrong in (REFUSED, WRONG_KIND, UNREACHABLE, f"{REFUSED} with spaces", f"{REFUSED}\x07"):
        await admin("POST", "/api/keys", {"provider": "openai", "key": wrong})
    await admin("POST", "/api/keys", {"provider": "openai", "key": [REFUSED], "unknown": REFUSED[:5]})
    await admin("POST", f"/api/keys/{saved['id']}/rotate", {"key": REFUSED})
    await admin("POST", f"/api/keys/{saved['id']}/rotate", {"key": ROTATED, "version": 1})
    await admin("POST", f"/api/keys/{saved['id']}/test")
    bot = await workspace.add_bot("gpt-5-mini", key_id=saved["id"])
    answers.append(await workspace.ask(bot["token"], "Hello"))
    product.simulator.set_scenario(ROTATED, "invalid_api_key")
    answers.append(await workspace.ask(bot["token"], "Hello?"))

    async def is_flipped() -> bool:
        return not (await admin("GET", f"/api/keys/{saved['id']}"))["usable"]

    await until(is_flipped)
    answers.append(await workspace.ask(bot["token"], "Hello??"))
    for path in (
        "/api/keys",
        "/api/audit",
        "/api/workspace",
        "/api/notices",
        "/api/notices/settings",
        "/api/usage?group_by=key",
    ):
        await admin("GET", path)

    async def was_attempted() -> bool:
        return bool((await admin("GET", "/api/notices"))["data"][0]["deliveries"][0]["last_error"])

    await until(was_attempted)
    await admin("DELETE", f"/api/keys/{saved['id']}")
    return [orjson.dumps(answer, default=str).decode() for answer in answers]


async def set_webhook(workspace: Workspace) -> str:
    """Set a webhook that nobody answers; return its secret, which this one answer shows."""
    body = {"webhook_url": "https://hooks.invalid/"}
    status, answer = await workspace.admin("PUT", "/api/notices/settings", body)
    assert status == 200
    secret: str = answer["webhook_secret"]
    return secret.removeprefix("whsec_")


@pytest.fixture
def _logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True, handlers=[logging.NullHandler()])


@pytest.mark.usefixtures("_logs_as_before")
async def test_no_key_material_is_in_any_log_answer_redis_command_or_row(
    database_url: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("debug")
    async with everything_sent_to(redis_url) as commands, running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace()
        marks = MARKS | {"webhook": await set_webhook(workspace)}
        answers = await drive_every_path(product, workspace)
        rows = await stored_rows(product)
    said = capsys.readouterr()
    places = {
        "an answer": answers,
        "a Redis command": commands,
        "a row": rows,
        "a log": [said.out, said.err],
    }
    assert all(places[name] for name in ("an answer", "a Redis command", "a row"))
    assert "key_verdict" in said.err
    assert "notice_not_sent" in said.err
    assert any("complete_turn" in command for command in commands)
    for name, texts in places.items():
        for secret, mark in marks.items():
            for trace in traces_of(mark):
                assert not any(trace in each for each in texts), f"{secret} key material in {name}"


async def test_the_search_finds_a_key_that_does_leak() -> None:
    leak = f"body={GOOD}"
    assert any(trace in leak for trace in traces_of(MARKS["good"]))
    sealed_badly = base64.b64encode(f"key:{GOOD}".encode()).decode()
    assert any(trace in sealed_badly for trace in traces_of(MARKS["good"]))
