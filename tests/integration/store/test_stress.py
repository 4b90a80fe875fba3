"""Many writers at once: whatever the order of their moves, the invariants of DESIGN 3 hold."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import text

from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.ids import new_id
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.turns.accept import accept_turns
from shared.store.turns.cancel import cancel_turn
from shared.store.turns.claim import Claim, claim_turns
from shared.store.turns.record import record_attempts
from shared.store.turns.rows import AcceptResult, AttemptEnd, ClaimedTurn, KeyUse, NewTurn, RecordResult
from shared.store.turns.sweep import end_lapsed_leases, expire_overdue, promote_due, ring_unclaimed
from shared.store.usage.count import count_usage
from shared.store.usage.unannounced import unannounced_usage
from tests.integration.store.bench import Bench, completed, failed

WRITERS = 6
TURNS = 900
CONVERSATIONS = 12


@dataclass
class Traffic:
    """Writers that accept, claim, end, cancel and sweep at the same time, with one seed."""

    benches: list[Bench]
    keys: dict[UUID, KeyUse]
    random: Random
    rings: asyncio.Queue[UUID] = field(default_factory=asyncio.Queue)
    accepted: set[UUID] = field(default_factory=set)
    ended: int = 0

    def __post_init__(self) -> None:
        database = self.benches[0].database

        async def accept(turns: Sequence[NewTurn]) -> list[AcceptResult]:
            return await accept_turns(database, turns, waiting_limit=5_000, idempotency_hours=24)

        async def claim(claims: Sequence[Claim]) -> list[ClaimedTurn | None]:
            return await claim_turns(database, claims, owner="stress", lease_seconds=15)

        async def record(ends: Sequence[AttemptEnd]) -> list[RecordResult]:
            return await record_attempts(database, ends)

        self.accepts: Batcher[NewTurn, AcceptResult] = Batcher(accept, max_size=40, max_in_flight=2)
        self.claims: Batcher[Claim, ClaimedTurn | None] = Batcher(claim, max_size=40, max_in_flight=2)
        self.records: Batcher[AttemptEnd, RecordResult] = Batcher(record, max_size=40, max_in_flight=2)

    async def producer(self, share: int) -> None:
        """Accept turns, some into conversations, now and then one that is cancelled at once."""
        for _ in range(share):
            bench = self.random.choice(self.benches)
            conversation = f"c{self.random.randrange(CONVERSATIONS)}" if self.random.random() < 0.7 else None
            deadline = 0.0 if self.random.random() < 0.02 else 600.0
            result = await self.accepts.submit(
                await bench.new_turn(conversation=conversation, deadline_seconds=deadline)
            )
            self.accepted.add(result.turn_id)
            if result.status is TurnStatus.READY:
                self.rings.put_nowait(result.turn_id)
            if self.random.random() < 0.05:
                cancelled = await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=result.turn_id)
                self.ring(cancelled.promoted)

    def ring(self, turn_ids: tuple[UUID, ...]) -> None:
        """Put turns on the queue; a few rings are lost and a few come twice."""
        for turn_id in turn_ids:
            for _ in range(self.random.choice([0, 1, 1, 1, 2])):
                self.rings.put_nowait(turn_id)

    async def worker(self) -> None:
        """Claim what is rung and end it in one of the ways that an attempt ends."""
        while True:
            claimed = await self.claims.submit(Claim(await self.rings.get(), new_id()))
            if claimed is None:
                continue
            await asyncio.sleep(0)
            end = self.end_of(claimed)
            if end is None:
                continue
            result = await self.records.submit(end)
            if self.random.random() < 0.05:
                await self.records.submit(end)
            self.ring(result.promoted)
            if result.status is TurnStatus.READY:
                self.rings.put_nowait(claimed.turn_id)

    def end_of(self, turn: ClaimedTurn) -> AttemptEnd | None:
        """Draw an end; None is a worker that died."""
        way = self.random.random()
        if way < 0.05:
            return None
        if way < 0.15:
            return failed(turn, status=TurnStatus.WAITING, next_attempt_at=datetime.now(UTC), retries=turn.retries + 1)
        if way < 0.20:
            return self.without_room(turn)
        if way < 0.25:
            return failed(turn, status=TurnStatus.READY, error=None, usage_kind=UsageKind.UNKNOWN)
        if way < 0.40:
            return failed(turn, usage=Usage(input_tokens=3))
        return completed(turn, key_use=self.keys[turn.workspace_id], makes_room=self.random.choice([0, 0, 1, 3]))

    def without_room(self, turn: ClaimedTurn) -> AttemptEnd:
        """Draw the end of an attempt that found its key's limit reached; most are woken long before they are due."""
        due = datetime.now(UTC) + timedelta(seconds=self.random.choice([0.0, 3.0]))
        return failed(
            turn,
            status=TurnStatus.WAITING,
            error=None,
            call_began=False,
            waits_for_key=self.keys[turn.workspace_id].key_id,
            waits_for_room=True,
            next_attempt_at=due,
            retries=turn.retries,
        )

    async def sweeper(self, database: Database) -> None:
        """Find again whatever was lost."""
        while True:
            await database.call(SILENT_WORKERS)
            for swept in (
                await end_lapsed_leases(database, limit=50),
                await expire_overdue(database, limit=50),
                await promote_due(database, limit=50),
            ):
                for turn_id in swept.to_ring:
                    self.rings.put_nowait(turn_id)
            for turn_id in await ring_unclaimed(database, unclaimed_seconds=0.3, limit=100):
                self.rings.put_nowait(turn_id)
            events = await unannounced_usage(database, older_than_seconds=0, limit=200)
            await asyncio.gather(count_usage(database, events), count_usage(database, events[::2]))
            await asyncio.sleep(0.05)


SILENT_WORKERS = text(
    "UPDATE turns SET lease_until = now() - interval '1 second' WHERE id IN (SELECT id FROM turns "
    "WHERE status = 'running' AND started_at < now() - interval '0.5 seconds' FOR UPDATE SKIP LOCKED)",
)
OPEN = text("SELECT count(*) AS open FROM turns WHERE status IN ('waiting', 'ready', 'running')")


async def test_with_many_writers_order_slots_quota_and_ledger_are_exact(database: Database) -> None:
    benches = [await Bench.prepare(database, slots=slots, message_limit=10_000) for slots in (2, 5, 40)]
    keys = {bench.workspace_id: await bench.add_key() for bench in benches}
    traffic = Traffic(benches, keys, Random(20_261_123))
    tasks = [asyncio.create_task(traffic.worker()) for _ in range(30)]
    tasks.append(asyncio.create_task(traffic.sweeper(database)))
    try:
        async with asyncio.timeout(90):
            await asyncio.gather(*(traffic.producer(TURNS // WRITERS) for _ in range(WRITERS)))
            while (await database.call(OPEN))[0].open or await _uncounted(database):
                _raise_failures(tasks)
                await asyncio.sleep(0.1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert len(traffic.accepted) == TURNS
    for bench in benches:
        await _check_invariants(bench)


async def _uncounted(database: Database) -> int:
    (row,) = await database.call(text("SELECT count(*) AS n FROM usage_events WHERE counted_revision < revision"))
    return int(row.n)


def _raise_failures(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()


async def _check_invariants(bench: Bench) -> None:
    workspace = await bench.workspace()
    assert (workspace.in_flight, workspace.waiting) == (0, 0)
    (kept,) = await bench.sql(
        "SELECT count(*) FILTER (WHERE holds_quota) AS kept, count(*) AS turns FROM turns "
        "WHERE workspace_id = :workspace_id"
    )
    assert await bench.used() == kept.kept
    (broken,) = await bench.sql(
        "SELECT count(*) AS pairs FROM turns AS a JOIN turns AS b ON a.bot_id = b.bot_id "
        "AND a.conversation = b.conversation AND a.position < b.position AND b.started_at < a.ended_at "
        "WHERE a.workspace_id = :workspace_id"
    )
    assert broken.pairs == 0
    (ends,) = await bench.sql(
        "SELECT count(*) AS ends, count(DISTINCT turn_id) AS turns FROM usage_events "
        "WHERE ends_turn AND workspace_id = :workspace_id"
    )
    assert ends.ends == ends.turns == kept.turns
    (events,) = await bench.sql(
        "SELECT sum(input_tokens) AS input, sum(output_tokens) AS output FROM usage_events "
        "WHERE workspace_id = :workspace_id"
    )
    (rolled,) = await bench.sql(
        "SELECT sum(turns) AS turns, sum(input_tokens) AS input, sum(output_tokens) AS output FROM usage_daily "
        "WHERE workspace_id = :workspace_id"
    )
    assert (rolled.turns, rolled.input, rolled.output) == (kept.turns, events.input, events.output)
