"""Drives every scenario through the product's doors, once, and keeps what was answered, stored and logged."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from sqlalchemy import text

from infra.simulator.scenario import load_scenarios
from shared.logs import configure_logs
from tests.integration.gateway.door import Door
from tests.product import Product, Workspace, running_product
from tests.servers import until

MODELS = {"openai": "gpt-5-mini", "anthropic": "claude-haiku-4-5"}
PREFIXES = {"openai": "sk-sim-", "anthropic": "sk-ant-sim-"}
MARK = "x7QzLEAKq3"
AT_ONCE = 24
SETTLES_WITHIN_SECONDS = 10
SETTINGS: Mapping[str, Any] = {
    # one call a turn: what the rule of retries does with it has its own tests
    "retry_start_limit_seconds": 0.001,
    "provider_timeout_seconds": 1.5,
    "probe_timeout_seconds": 1.5,
}


@dataclass(frozen=True, slots=True)
class Failed:
    """What a caller read, what was kept of the turn for its bot and for the admins, and its key after the probe."""

    status: int
    text: str
    turn_status: str
    error: dict[str, Any] | None
    turn: dict[str, Any]
    facts: dict[str, Any]
    key: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Met:
    """What one scenario met at every door; `again` is the next turn's error, `kept_by_save` counts keys."""

    whole: Failed
    streamed: Failed
    again: dict[str, Any] | None
    saved: tuple[int, dict[str, Any]]
    kept_by_save: int
    tested: tuple[int, dict[str, Any]]
    rotated: tuple[int, dict[str, Any]]
    key_at_last: dict[str, Any]


@dataclass(slots=True)
class Evidence:
    """Everything that was seen: by scenario, and as text by place."""

    met: dict[tuple[str, str], Met] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)


async def drive(database_url: str, redis_url: str) -> Evidence:
    """Run the product and let every scenario of both providers pass through it."""
    evidence, gate = Evidence(), asyncio.Semaphore(AT_ONCE)
    names = [(provider, scenario) for provider, table in load_scenarios().items() for scenario in table]
    names.sort(key=lambda name: not name[1].startswith("hang"))  # those that take longest begin first
    with recorded_logs() as said:
        async with running_product(database_url, redis_url, **SETTINGS) as product:

            async def meet(provider: str, scenario: str) -> Met:
                async with gate:
                    return await _meet(product, provider, scenario)

            met = await asyncio.gather(*(meet(*name) for name in names))
            evidence.met = dict(zip(names, met, strict=True))
            evidence.places["a row"] = await _stored_rows(product)
    evidence.places["an answer"] = [repr(each) for each in met]
    evidence.places["a log"] = said.getvalue().splitlines()
    return evidence


@contextmanager
def recorded_logs() -> Iterator[io.StringIO]:
    """Collect the logs of every process, as the product writes them."""
    with redirect_stderr(io.StringIO()) as said:
        configure_logs("debug")
        try:
            yield said
        finally:
            structlog.reset_defaults()
            logging.basicConfig(force=True, handlers=[logging.NullHandler()])


def key_text(provider: str, words: str, scenario: str) -> str:
    """Return a key that behaves as the words say, unlike that of any other scenario."""
    return f"{PREFIXES[provider]}{words}-{MARK}{scenario}"


async def _meet(product: Product, provider: str, scenario: str) -> Met:
    spelled = {"provider": provider, "key": key_text(provider, scenario, "saved")}
    saver = await product.make_workspace()
    saved, streamed, trial = await asyncio.gather(
        saver.admin("POST", "/api/keys", spelled),
        _in_a_stream(product, provider, scenario),
        _Trial.begin(product, provider, scenario, "whole"),
    )
    kept = len((await saver.admin("GET", "/api/keys"))[1]["data"])
    whole = await trial.ask()
    again = await trial.door.ask("Again")
    tested = await trial.workspace.admin("POST", f"{trial.path}/test")
    after_test = await trial.key()
    rotated = await trial.workspace.admin("POST", f"{trial.path}/rotate", {"key": spelled["key"]})
    return Met(whole, streamed, again.body["mevichat"]["error"], saved, kept, tested, rotated, after_test)


async def _in_a_stream(product: Product, provider: str, scenario: str) -> Failed:
    return await (await _Trial.begin(product, provider, scenario, "stream")).stream()


@dataclass(frozen=True, slots=True)
class _Trial:
    """A workspace whose one key was good when it was saved and meets the scenario from then on."""

    workspace: Workspace
    path: str
    door: Door

    @classmethod
    async def begin(cls, product: Product, provider: str, scenario: str, way: str) -> _Trial:
        workspace, key = await product.make_workspace(), key_text(provider, "ok", f"{scenario}{way}")
        saved = await workspace.add_key(provider, key)
        bot = await workspace.add_bot(MODELS[provider])
        product.simulator.set_scenario(key, scenario)
        return cls(workspace, f"/api/keys/{saved['id']}", Door(product, bot["token"], product.chat_url))

    async def ask(self) -> Failed:
        answer = await self.door.ask("Tell me something that is long enough to break off")
        return await self._after(answer.turn_id, answer.status, answer.text, answer.body["mevichat"])

    async def stream(self) -> Failed:
        stream = await self.door.stream("Tell me something that is long enough to break off")
        return await self._after(stream.turn_id, stream.answer.status, stream.text, stream.mevichat)

    async def _after(self, turn_id: str, status: int, text_read: str, mevichat: dict[str, Any]) -> Failed:
        turn = await self.door.turn(turn_id)
        _, facts = await self.workspace.admin("GET", f"/api/turns/{turn_id}")
        key = await self.settled_key()
        return Failed(status, text_read, mevichat["status"], mevichat["error"], turn, facts, key)

    async def key(self) -> dict[str, Any]:
        return (await self.workspace.admin("GET", self.path))[1]

    async def settled_key(self) -> dict[str, Any]:
        """Return the key once its verdict is there; as it stands when none comes."""

        async def is_settled() -> bool:
            return bool((await self.key())["state"] != "suspect")

        with suppress(TimeoutError):
            await until(is_settled, seconds=SETTLES_WITHIN_SECONDS)
        return await self.key()


async def _stored_rows(product: Product) -> list[str]:
    tables = await product.database.call(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    found: list[str] = []
    for (table,) in tables:
        found += [row[0] for row in await product.database.call(text(f"SELECT t::text FROM {table} AS t"))]
    return found


def provider_texts() -> list[str]:
    """Return what providers say in prose: none of it may be shown, stored or logged."""
    found = {"<html", "Sorry, you have been blocked"}
    for table in load_scenarios().values():
        for scenario in table.values():
            for body in (scenario.body, scenario.event):
                if body and body.startswith("{"):
                    found.add(orjson.loads(body)["error"]["message"])
    return sorted(found)
