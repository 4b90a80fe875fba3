"""What travels to Redis for a key's limit, and how a batch of it becomes commands. No effects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from shared.limits.scripts import Scripts, limit_key, permits_key
from shared.limits.values import LimitId, NoRoom, Outcome, Permit
from shared.redis_lane import Command

REMEMBERED_MS: Final = 600_000
"""A limit of which nothing is heard for so long is forgotten."""
CEILING: Final = 2_000
"""A limit that has grown past this is none."""


@dataclass(slots=True, eq=False)
class Ask:
    """Somebody waits for a permit; `is_expected` if it waited for a place and was told of one."""

    permit: Permit
    answer: asyncio.Future[Permit | NoRoom]
    is_expected: bool


@dataclass(slots=True, eq=False)
class Return:
    """A permit comes back, with what its call showed and the pause that the provider asked for."""

    permit: Permit
    outcome: Outcome
    pause_ms: int


@dataclass(slots=True, eq=False)
class Renewal:
    """A call is still under way."""

    permit: Permit


@dataclass(slots=True, eq=False)
class Look:
    """Somebody wants to know what room there is."""

    limit_id: LimitId


Step = Ask | Return | Renewal | Look


@dataclass(slots=True, eq=False)
class KeySteps:
    """All steps of one batch for one key; renewals go first, then what makes room, then who asks for it."""

    limit_id: LimitId
    renewals: list[Renewal] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    is_looked_at: bool = False


def sort_by_key(steps: Iterable[Step]) -> list[KeySteps]:
    """Return the batch by key, each key's steps in their order."""
    keys: dict[LimitId, KeySteps] = {}
    for step in steps:
        limit_id = step.limit_id if isinstance(step, Look) else step.permit.limit_id
        of_key = keys.get(limit_id)
        if of_key is None:
            of_key = keys[limit_id] = KeySteps(limit_id)
        match step:
            case Ask():
                of_key.asks.append(step)
            case Return():
                of_key.returns.append(step)
            case Renewal():
                of_key.renewals.append(step)
            case Look():
                of_key.is_looked_at = True
    return list(keys.values())


def commands_of(of_key: KeySteps, scripts: Scripts, permit_ms: int) -> list[Command]:
    """Return the commands for one key: at most one a kind, in the order of `KeySteps`."""
    limit, permits = limit_key(*of_key.limit_id), permits_key(*of_key.limit_id)
    commands: list[Command] = []
    if of_key.renewals:
        ids = [one.permit.permit_id for one in of_key.renewals]
        commands.append(scripts.renew.command([permits], permit_ms, *ids))
    if of_key.returns:
        told = [part for one in of_key.returns for part in (one.permit.permit_id, one.outcome.value, one.pause_ms)]
        commands.append(scripts.release.command([limit, permits], REMEMBERED_MS, CEILING, *told))
    if of_key.asks or of_key.is_looked_at:
        ids = [one.permit.permit_id for one in of_key.asks]
        commands.append(scripts.acquire.command([limit, permits], permit_ms, *ids))
    return commands
