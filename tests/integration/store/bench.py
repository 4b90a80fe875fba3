"""A workbench: one workspace, its bots and keys, and the moves of a turn in short words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import Usage
from shared.ids import new_id
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.database import Database
from shared.store.keys.read import find_key
from shared.store.keys.rows import KeyRow, NewKey, Standing, Verdict
from shared.store.keys.write import insert_key
from shared.store.turns.accept import accept_turns
from shared.store.turns.claim import Claim, claim_turns
from shared.store.turns.record import record_attempts
from shared.store.turns.rows import AcceptResult, AttemptEnd, ClaimedTurn, KeyUse, NewTurn, RecordResult
from shared.store.workspaces.create import create_workspace
from shared.store.workspaces.read import find_workspace
from shared.store.workspaces.rows import WorkspaceRow
from tests.actor import TESTER

INVALID = Standing(state=KeyState.INVALID, reason_code="key_refused", reason="OpenAI refused the key.")
FAILED = TurnError(type="unknown", reason="It failed.", retryable=True)


@dataclass(slots=True)
class Bench:
    """One workspace to work on."""

    database: Database
    workspace_id: UUID = field(default_factory=new_id)
    bot_id: UUID = field(default_factory=new_id)

    @classmethod
    async def prepare(cls, database: Database, *, slots: int = 4, message_limit: int = 1000) -> Bench:
        """Make a workspace with a bot."""
        bench = cls(database)
        await create_workspace(
            database,
            workspace_id=bench.workspace_id,
            name="Bench",
            plan=Plan.SCALE,
            slots=slots,
            message_limit=message_limit,
            actor=TESTER,
        )
        await create_bot(database, NewBot(bench.bot_id, bench.workspace_id, "Bot", "gpt-5-mini"), actor=TESTER)
        return bench

    async def workspace(self) -> WorkspaceRow:
        """Return the workspace with its counters as they stand."""
        found = await find_workspace(self.database, self.workspace_id)
        assert found is not None
        return found

    async def used(self) -> int:
        """Return the messages used, all months together."""
        rows = await self.sql("SELECT coalesce(sum(used), 0) AS used FROM quota WHERE workspace_id = :workspace_id")
        return int(rows[0].used)

    async def sql(self, statement: str, **values: Any) -> Any:
        """Run a statement of the test's own; `:workspace_id` is bound."""
        if ":workspace_id" in statement:
            values["workspace_id"] = self.workspace_id
        return await self.database.call(text(statement), **values)

    async def new_turn(self, **fields: Any) -> NewTurn:
        """Return a turn that is judged by the present epoch."""
        turn = NewTurn(
            turn_id=new_id(),
            workspace_id=self.workspace_id,
            bot_id=self.bot_id,
            epoch=(await self.workspace()).epoch,
            model="gpt-5-mini",
            door=Door.WHOLE,
            question="Hello?",
            deadline_seconds=120,
        )
        return replace(turn, **fields)

    async def accept(self, turn: NewTurn | None = None, **fields: Any) -> AcceptResult:
        """Accept one turn."""
        chosen = turn or await self.new_turn(**fields)
        (result,) = await accept_turns(self.database, [chosen], waiting_limit=100, idempotency_hours=24)
        return result

    async def claim(self, turn_id: UUID, token: UUID | None = None) -> ClaimedTurn | None:
        """Claim one turn."""
        (claimed,) = await claim_turns(
            self.database, [Claim(turn_id, token or new_id())], owner="test", lease_seconds=15
        )
        return claimed

    async def accepted_and_claimed(self, **fields: Any) -> ClaimedTurn:
        """Accept a turn that finds a slot and claim it."""
        claimed = await self.claim((await self.accept(**fields)).turn_id)
        assert claimed is not None
        return claimed

    async def record(self, end: AttemptEnd) -> RecordResult:
        """Record one end."""
        (result,) = await record_attempts(self.database, [end])
        return result

    async def status(self, turn_id: UUID) -> TurnStatus:
        """Return where a turn stands."""
        (row,) = await self.sql("SELECT status FROM turns WHERE id = :id", id=turn_id)
        return TurnStatus(row.status)

    async def add_key(self) -> KeyUse:
        """Keep a key that looks sealed."""
        key_id = new_id()
        key = NewKey(
            key_id, self.workspace_id, "openai", "Main", "sk-••••abcd", sealed=b"sealed", fingerprint=key_id.bytes
        )
        await insert_key(self.database, key, actor=TESTER)
        return KeyUse(key_id, key_version=1, verdict_seq=0)


def completed(turn: ClaimedTurn, **fields: Any) -> AttemptEnd:
    """Return the end of an attempt that was answered with 10 and 5 tokens."""
    end = AttemptEnd(
        turn_id=turn.turn_id,
        attempt=turn.attempt,
        status=TurnStatus.COMPLETED,
        keeps_quota=True,
        usage=Usage(input_tokens=10, output_tokens=5),
        answer="Hi!",
        provider="openai",
        call_began=True,
    )
    return replace(end, **fields)


def failed(turn: ClaimedTurn, **fields: Any) -> AttemptEnd:
    """Return the end of an attempt that failed and cost nothing."""
    end = AttemptEnd(
        turn_id=turn.turn_id,
        attempt=turn.attempt,
        status=TurnStatus.FAILED,
        keeps_quota=False,
        error=FAILED,
        provider="openai",
        call_began=True,
    )
    return replace(end, **fields)


async def key_of(bench: Bench, use: KeyUse) -> KeyRow:
    """Read a key that exists."""
    key = await find_key(bench.database, workspace_id=bench.workspace_id, key_id=use.key_id)
    assert key is not None
    return key


def verdict(bench: Bench, use: KeyUse, standing: Standing, *, version: int = 1, seq: int = 0) -> Verdict:
    """Return a verdict on one version of the key."""
    return Verdict(use.key_id, bench.workspace_id, version=version, verdict_seq=seq, standing=standing)
