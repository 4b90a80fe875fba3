"""Reads the evidence of a drained run."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text

from infra.simulator.calls import Call as SimulatedCall
from infra.simulator.reply import text_of
from tests.faults.counted import GROUPS
from tests.faults.evidence import Call, Counters, Event, Evidence, Figures, RollUpKey, Tokens, Turn
from tests.faults.questions import name_in
from tests.faults.world import World


async def read_evidence(world: World, longest_unclaimed_seconds: float) -> Evidence:
    """Return what is known of the run."""
    limit_ms = world.product.settings.provider_timeout_seconds * 1000
    troubled = world.workspaces["troubled"].workspace_id
    turns = tuple(_turn(row, troubled) for row in await _rows(world, "SELECT * FROM turns"))
    events = tuple(_event(row, limit_ms) for row in await _rows(world, "SELECT * FROM usage_events"))
    calls = [_call(call) for call in world.simulator.calls]
    quota = await _rows(world, "SELECT * FROM quota WHERE used > 0")
    counters = await _rows(world, "SELECT * FROM workspace_counters")
    suspects = await _rows(world, "SELECT id FROM provider_keys WHERE state = 'suspect'")
    return Evidence(
        seen=tuple(world.clients.seen),
        turns=turns,
        events=events,
        calls=tuple(call for call in calls if call is not None),
        roll_ups={name: await _roll_up(world, name) for name in GROUPS},
        quota_used={(str(row.workspace_id), str(row.month)): row.used for row in quota},
        counters={str(row.workspace_id): Counters(row.in_flight, row.waiting) for row in counters},
        suspect_keys=tuple(str(row.id) for row in suspects),
        longest_unclaimed_seconds=longest_unclaimed_seconds,
    )


async def _rows(world: World, statement: str) -> Any:
    return await world.product.database.call(text(statement))


def _turn(row: Any, troubled: str) -> Turn:
    return Turn(
        turn_id=str(row.id),
        workspace_id=str(row.workspace_id),
        question=name_in(row.question) or row.question,
        status=row.status,
        attempt=row.attempt,
        crashes=row.crashes,
        reason=None if row.error is None else str(orjson.loads(row.error)["type"]),
        partial=row.partial,
        quota_month=str(row.quota_month),
        holds_quota=row.holds_quota,
        is_calm=str(row.workspace_id) != troubled,
        early_seconds=(row.deadline_at - row.ended_at).total_seconds() if row.status == "expired" else 0.0,
    )


def _event(row: Any, limit_ms: float) -> Event:
    key_id = None if row.key_id is None else str(row.key_id)
    return Event(
        turn_id=str(row.turn_id),
        attempt=row.attempt,
        kind=row.kind,
        ends_turn=row.ends_turn,
        failed=row.failed,
        tokens=Tokens(row.input_tokens, row.output_tokens),
        request_id=row.provider_request_id,
        key=RollUpKey(str(row.workspace_id), str(row.day), str(row.bot_id), row.model, row.provider, key_id),
        gave_up=row.call_ms is not None and row.call_ms >= limit_ms,
    )


def _call(call: SimulatedCall) -> Call | None:
    """Return the call of a question; None for a probe, or for a call that was refused for being too many."""
    asked = [text_of(message) for message in call.body.get("messages", []) if message.get("role") == "user"]
    name = name_in(asked[-1]) if asked else None
    if name is None:
        return None
    tokens = Tokens(call.input_tokens, call.output_tokens)
    return Call(name, call.request_id, tokens if any(tokens) else None)


async def _roll_up(world: World, name: str) -> dict[tuple[str | None, ...], Figures]:
    rows = await _rows(world, f"SELECT * FROM {name}")
    return {_group(row, name): Figures(*map(int, _figures(row))) for row in rows}


def _figures(row: Any) -> tuple[int, int, int, int]:
    return row.turns, row.failed_turns, row.input_tokens, row.output_tokens


def _group(row: Any, name: str) -> tuple[str | None, ...]:
    """Return by what the row is grouped, in the words of the checker."""
    day = str(row.month)[:7] + "-01" if name == "usage_monthly" else str(row.day)
    bot_id = "" if name == "usage_daily_all_bots" else str(row.bot_id)
    key_id = None if row.key_id is None else str(row.key_id)
    return GROUPS[name](RollUpKey(str(row.workspace_id), day, bot_id, row.model, row.provider, key_id))
