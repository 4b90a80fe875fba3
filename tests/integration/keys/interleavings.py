"""Two workspaces and a worker's eyes on them: the moves that a property test interleaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.workers.completion.configuration import ConfigurationCache
from services.workers.completion.patience import Patience
from services.workers.completion.resolve import Resolved, Suspected, resolve
from shared.clock import utc_now
from shared.domain.catalogue import load_catalogue
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage
from shared.store.keys.change import patch_key
from shared.store.keys.read import find_key
from shared.store.keys.rows import KeyRow, Rotation, RotationResult, Standing, Verdict
from shared.store.keys.verdict import apply_verdict
from shared.store.keys.write import rotate_key
from shared.store.turns.retry import retry_turn
from shared.store.turns.rows import ClaimedTurn, KeyUse
from shared.store.turns.sweep import end_lapsed_leases, promote_due
from shared.store.usage.count import count_usage
from shared.store.usage.unannounced import unannounced_usage
from shared.store.workspaces.change import set_plan
from tests.actor import TESTER
from tests.integration.store.bench import FAILED, Bench, completed, failed

CATALOGUE = load_catalogue()
MOST_TURNS = 100


@dataclass(slots=True)
class Running:
    """A claimed turn and the key that it runs on."""

    turn: ClaimedTurn
    resolved: Resolved

    @property
    def key_use(self) -> KeyUse:
        """Name the key's state that the call runs on."""
        assert self.resolved.key_use is not None
        return self.resolved.key_use


@dataclass(slots=True)
class Side:
    """One workspace with one key, and what the test knows of both."""

    bench: Bench
    key_id: UUID
    configurations: ConfigurationCache
    running: list[Running] = field(default_factory=list)
    crashed: list[Running] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    tokens: int = 0

    @classmethod
    async def prepare(cls, database: Any) -> Side:
        """Make a workspace with a key; few slots and few messages, so that both run out."""
        bench = await Bench.prepare(database, slots=3, message_limit=12)
        use = await bench.add_key()
        return cls(bench, use.key_id, ConfigurationCache(database, Patience()))

    async def key(self) -> KeyRow:
        """Return the key as it stands."""
        key = await find_key(self.bench.database, workspace_id=self.bench.workspace_id, key_id=self.key_id)
        assert key is not None
        return key

    async def accept(self, conversation: str | None) -> None:
        """Offer a turn; it may be refused for quota."""
        await self.bench.accept(conversation=conversation)

    async def claim_next(self) -> None:
        """Claim the oldest ready turn and resolve it as a worker does, by a cache that other moves make stale."""
        turn = await self._claim()
        if turn is None:
            return
        known = await self.configurations.at(turn.workspace_id, turn.epoch)
        assert known is not None
        found = resolve(turn, known, CATALOGUE, now=utc_now(), suspect_patience_seconds=3600)
        if isinstance(found, Resolved):
            await self._check(turn, found)
            self.running.append(Running(turn, found))
        elif isinstance(found, Suspected):
            end = failed(turn, status=TurnStatus.WAITING, waits_for_key=self.key_id, next_attempt_at=utc_now())
            await self.bench.record(replace(end, error=None, call_began=False))
        else:
            await self.bench.record(failed(turn, error=found.error, call_began=False))

    async def answer(self, running: Running, tokens: int) -> None:
        """Record an answer; what the provider billed counts, whoever owns the turn by now."""
        end = completed(running.turn, key_use=running.key_use, usage=Usage(output_tokens=tokens))
        await self.bench.record(end)
        self.tokens += tokens

    async def refuse(self, running: Running) -> None:
        """Record a 401; it may suspect the key only if the key is still the one that was used."""
        before = await self.key()
        end = failed(running.turn, key_use=running.key_use, refused=True, error=replace(FAILED, type="key_refused"))
        result = await self.bench.record(end)
        if result.suspected:
            assert before.state is KeyState.ACTIVE
            assert (before.version, before.verdict_seq) == (running.key_use.key_version, running.key_use.verdict_seq)

    async def crash(self, running: Running) -> None:
        """Let the lease lapse; the sweeper takes the turn back."""
        await self.bench.sql(
            "UPDATE turns SET lease_until = now() - interval '1 second' WHERE id = :id AND status = 'running' "
            "AND attempt = :attempt",
            id=running.turn.turn_id,
            attempt=running.turn.attempt,
        )
        await end_lapsed_leases(self.bench.database, limit=100)
        self.crashed.append(running)

    async def retry(self) -> None:
        """Run the latest failed turn once more, if the quota lets it."""
        rows = await self.bench.sql(
            "SELECT id FROM turns WHERE workspace_id = :workspace_id AND status = 'failed' ORDER BY position DESC LIMIT 1"
        )
        if rows:
            await retry_turn(
                self.bench.database,
                bot_id=self.bench.bot_id,
                turn_id=rows[0].id,
                deadline_seconds=3600,
                waiting_limit=100,
            )

    async def begin_probe(self, state: KeyState) -> None:
        """A probe looks at the key now; its verdict comes later."""
        key = await self.key()
        standing = Standing(state=state, reason_code="probe", reason="Probed.")
        self.verdicts.append(Verdict(self.key_id, self.bench.workspace_id, key.version, key.verdict_seq, standing))

    async def give_verdict(self, verdict: Verdict) -> None:
        """Give it: it applies exactly where the key has not moved on."""
        before = await self.key()
        result = await apply_verdict(self.bench.database, verdict)
        assert result.applied == ((before.version, before.verdict_seq) == (verdict.version, verdict.verdict_seq))
        after = await self.key()
        assert after.state is (verdict.standing.state if result.applied else before.state)

    async def rotate(self) -> None:
        """Put another text in the key's place."""
        before = await self.key()
        rotation = Rotation(self.key_id, self.bench.workspace_id, "sk-••••", sealed=b"new", fingerprint=b"new")
        rotated = await rotate_key(self.bench.database, rotation, actor=TESTER)
        assert isinstance(rotated, RotationResult)
        assert rotated.version == before.version + 1
        expected = KeyState.DISABLED if before.state is KeyState.DISABLED else KeyState.ACTIVE
        assert (await self.key()).state is expected

    async def switch(self, *, disabled: bool) -> None:
        """Disable or enable the key by hand."""
        await patch_key(
            self.bench.database,
            workspace_id=self.bench.workspace_id,
            key_id=self.key_id,
            label=None,
            default=None,
            disabled=disabled,
            actor=TESTER,
        )

    async def move_to(self, plan: Plan) -> None:
        """Change the plan, with limits as tight as before."""
        where = {"workspace_id": self.bench.workspace_id, "plan": plan, "actor": TESTER}
        await set_plan(self.bench.database, slots=3, message_limit=12, **where)  # type: ignore[arg-type]

    async def sweep(self) -> None:
        """Do what the sweeper and the ledger do."""
        await promote_due(self.bench.database, limit=100)
        await count_usage(
            self.bench.database, await unannounced_usage(self.bench.database, older_than_seconds=-1, limit=1000)
        )

    async def drain(self) -> None:
        """Give the key back its life and run everything to its end."""
        await self.move_to(Plan.SCALE)
        await self.switch(disabled=False)
        await self.rotate()
        for _ in range(MOST_TURNS):
            await self.sweep()
            while self.running:
                await self.answer(self.running.pop(), 1)
            await self.claim_next()
            if not self.running and not (await self.bench.workspace()).in_flight:
                break
        await self.sweep()
        assert (await self.bench.workspace()).in_flight == (await self.bench.workspace()).waiting == 0

    async def check_counters(self) -> None:
        """Compare counters, quota and key with the rows that they speak of."""
        (row,) = await self.bench.sql(
            "SELECT count(*) FILTER (WHERE status IN ('ready', 'running')) AS in_flight, "
            "count(*) FILTER (WHERE status = 'waiting') AS waiting, count(*) FILTER (WHERE holds_quota) AS kept "
            "FROM turns WHERE workspace_id = :workspace_id"
        )
        workspace = await self.bench.workspace()
        assert (workspace.in_flight, workspace.waiting) == (row.in_flight, row.waiting)
        assert workspace.in_flight <= workspace.slots
        assert await self.bench.used() == row.kept <= workspace.message_limit

    async def check_ledger(self) -> None:
        """Compare the roll-ups with the turns and with every token that a provider reported."""
        (turns,) = await self.bench.sql(
            "SELECT count(*) AS ended, count(*) FILTER (WHERE status IN ('failed', 'expired')) AS failed "
            "FROM turns WHERE workspace_id = :workspace_id AND status NOT IN ('waiting', 'ready', 'running')"
        )
        (rolled,) = await self.bench.sql(
            "SELECT coalesce(sum(turns), 0) AS ended, coalesce(sum(failed_turns), 0) AS failed, "
            "coalesce(sum(output_tokens), 0) AS tokens FROM usage_daily WHERE workspace_id = :workspace_id"
        )
        assert (rolled.ended, rolled.failed, rolled.tokens) == (turns.ended, turns.failed, self.tokens)

    async def _claim(self) -> ClaimedTurn | None:
        rows = await self.bench.sql(
            "SELECT id FROM turns WHERE workspace_id = :workspace_id AND status = 'ready' ORDER BY position LIMIT 1"
        )
        return await self.bench.claim(rows[0].id) if rows else None

    async def _check(self, turn: ClaimedTurn, resolved: Resolved) -> None:
        """A call goes out on the workspace's own, present, usable key, and on a plan that has the model."""
        key, present, workspace = resolved.key, await self.key(), await self.bench.workspace()
        assert key is not None
        assert key.workspace_id == turn.workspace_id == self.bench.workspace_id
        assert (key.version, key.verdict_seq, key.state) == (present.version, present.verdict_seq, KeyState.ACTIVE)
        assert workspace.plan.includes(resolved.model.plan)
