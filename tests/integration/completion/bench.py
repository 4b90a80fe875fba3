"""A completion worker on real servers, and the short words that its tests speak in."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import text

from infra.simulator.server import Simulator
from services.workers.completion.main import run
from shared.domain.catalogue import load_catalogue
from shared.domain.plans import Plan
from shared.domain.secret import Secret
from shared.domain.turn_status import Door, TurnStatus
from shared.ids import new_id
from shared.queue.connection import connect_redis
from shared.queue.inbox import ReplyInbox
from shared.queue.reply_entries import Delta, Done, Reset
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, Route
from shared.redis_lane import LaneRedis
from shared.settings import Settings
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from shared.store.keys.read import find_key_by_id
from shared.store.keys.rows import KeyRow, NewKey
from shared.store.keys.write import insert_key
from shared.store.turns.accept import accept_turns
from shared.store.turns.read import read_turns
from shared.store.turns.rows import AcceptCode, NewTurn, TurnRow
from shared.store.workspaces.create import create_workspace
from shared.store.workspaces.read import find_workspace
from shared.vault.master_keys import parse_master_keys
from shared.vault.vault import Vault
from tests.actor import TESTER

MASTER_KEYS = base64.urlsafe_b64encode(bytes(range(7, 39))).decode()
WITHIN_SECONDS = 15
Seen = TypeVar("Seen")


async def until(look: Callable[[], Awaitable[Seen]], is_there: Callable[[Seen], bool]) -> Seen:
    """Look again and again until what is looked for is there; fail after 15 s."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while not is_there(seen := await look()):
            await asyncio.sleep(0.02)
    return seen


def sim_key(provider: str, words: str = "ok", mark: str = "1") -> str:
    """Return a key that the simulator answers as its words say."""
    return f"{'sk-ant-sim' if provider == 'anthropic' else 'sk-sim'}-{words}-{mark * 24}"


@dataclass(slots=True)
class Bench:
    """One workspace on the Scale plan, and the worker that runs its turns."""

    database: Database
    redis: LaneRedis
    simulator: Simulator
    settings: Settings
    workspace_id: UUID = field(default_factory=new_id)

    @property
    def vault(self) -> Vault:
        """Return the worker's vault."""
        return Vault(parse_master_keys(self.settings.master_keys))

    async def add_key(self, provider: str, key: str, *, sealed: bytes | None = None) -> UUID:
        """Keep a key; the first of its provider is the default."""
        key_id, secret = new_id(), Secret(key)
        row = NewKey(
            key_id=key_id,
            workspace_id=self.workspace_id,
            provider=provider,
            label=f"{provider} {key_id}",
            mask="sk-••••",
            sealed=sealed or self.vault.seal(secret, workspace_id=self.workspace_id, key_id=key_id),
            fingerprint=key_id.bytes,
        )
        await insert_key(self.database, row, actor=TESTER)
        return key_id

    async def key(self, key_id: UUID) -> KeyRow:
        """Return the key as it stands."""
        row = await find_key_by_id(self.database, key_id)
        assert row is not None
        return row

    async def add_bot(self, model: str, **fields: Any) -> UUID:
        """Make a bot."""
        bot = NewBot(new_id(), self.workspace_id, "Bot", model, **fields)
        await create_bot(self.database, bot, actor=TESTER)
        return bot.bot_id

    async def ask(self, bot_id: UUID, question: str, model: str, **fields: Any) -> UUID:
        """Accept a turn and ring it."""
        workspace = await find_workspace(self.database, self.workspace_id)
        assert workspace is not None
        turn = NewTurn(
            turn_id=new_id(),
            workspace_id=self.workspace_id,
            bot_id=bot_id,
            epoch=workspace.epoch,
            model=model,
            door=Door.WHOLE,
            question=question,
            deadline_seconds=60.0,
        )
        turn = replace(turn, **fields)
        (accepted,) = await accept_turns(self.database, [turn], waiting_limit=10_000, idempotency_hours=24)
        assert accepted.code is AcceptCode.ACCEPTED
        if accepted.status is TurnStatus.READY:
            await self.ring(turn.turn_id)
        return turn.turn_id

    async def ring(self, turn_id: UUID) -> None:
        """Ring a turn, as whoever made it ready does."""
        await Ringer(self.redis).ring(COMPLETE_TURN, [(str(turn_id),)])

    async def turn(self, turn_id: UUID) -> TurnRow:
        """Return the turn's row."""
        return (await read_turns(self.database, [turn_id]))[turn_id]

    async def until(self, turn_id: UUID, *statuses: TurnStatus) -> TurnRow:
        """Wait until the turn stands in one of these states."""
        return await until(lambda: self.turn(turn_id), lambda row: row.status in statuses)

    async def ended(self, turn_id: UUID) -> TurnRow:
        """Wait for the turn's end."""
        return await self.until(
            turn_id, TurnStatus.COMPLETED, TurnStatus.FAILED, TurnStatus.CANCELLED, TurnStatus.EXPIRED
        )

    async def answer(self, model: str, question: str = "Hello", **fields: Any) -> TurnRow:
        """Ask a fresh bot on the model and wait for the turn's end."""
        return await self.ended(await self.ask(await self.add_bot(model), question, model, **fields))

    async def rung(self, route: Route) -> list[dict[str, Any]]:
        """Return the events that wait on a queue nobody serves here."""
        messages = await self.redis.hvals(f"dramatiq:{route.queue}.msgs")
        return [orjson.loads(message)["args"][0] for message in messages]

    async def until_rung(self, route: Route, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many events on the queue."""
        return await until(lambda: self.rung(route), lambda events: len(events) >= count)

    async def follow(self, turn_id: UUID, *, only_first_text: bool = False) -> list[Delta | Reset | Done]:
        """Follow a turn's stream to its end, or until text has come."""
        inbox = ReplyInbox(self.redis, f"test-{new_id()}")
        await inbox.start()
        seen: list[Delta | Reset | Done] = []
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                async for entry in inbox.follow(turn_id):
                    seen.append(entry)
                    if only_first_text and isinstance(entry, Delta):
                        break
        finally:
            await inbox.close()
        return seen

    async def until_called(self) -> None:
        """Wait until the provider is being asked."""

        async def calls() -> int:
            return len(self.simulator.calls)

        await until(calls, bool)

    async def sql(self, statement: str, **values: Any) -> Any:
        """Run a statement of the test's own."""
        return await self.database.call(text(statement), **values)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Run a worker until the block ends."""
        stop = asyncio.Event()
        running = Worker(stop, asyncio.create_task(run(self.settings, stop)))
        try:
            yield running
        finally:
            stop.set()
            await running.exit_code


@dataclass(slots=True)
class Worker:
    """A running worker; set `stop` to end it."""

    stop: asyncio.Event
    exit_code: asyncio.Task[int]


@asynccontextmanager
async def open_bench(database_url: str, redis_url: str, **overrides: Any) -> AsyncIterator[Bench]:
    """Prepare a workspace and a simulator; no worker runs yet."""
    async with Simulator(port=0) as simulator:
        values: dict[str, Any] = {
            "database_url": database_url,
            "redis_url": redis_url,
            "openai_base_url": simulator.openai_base_url,
            "anthropic_base_url": simulator.anthropic_base_url,
            "master_keys": MASTER_KEYS,
            "grace_seconds": 5,
        }
        database = Database.connect(database_url, connections=4, application_name="test")
        client = connect_redis(redis_url)
        bench = Bench(database, client, simulator, Settings(**values | overrides))
        await create_workspace(
            database,
            workspace_id=bench.workspace_id,
            name="Bench",
            plan=Plan.SCALE,
            slots=1000,
            message_limit=100_000,
            actor=TESTER,
        )
        try:
            yield bench
        finally:
            await client.aclose()
            await database.close()


def wire_model(model: str) -> str:
    """Return the name by which the provider knows the model."""
    found = load_catalogue().find(model)
    assert found is not None
    return found.wire_id
