"""The named points at which a process can be made to end, and the function of the product that each one names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SERVICES = ("gateway", "worker", "worker", "ledger", "validator", "sweeper", "dashboard")
"""Every process of a run."""


class Side(StrEnum):
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Point:
    """A passing by one side of a function. `owner`: the module, with a class after a colon, in which the product
    looks the function up. `with_items`: only passings whose last argument holds something count."""

    service: str
    name: str
    owner: str
    function: str
    side: Side
    with_items: bool = False


_COMPLETION = "services.workers.completion"
_ASKER = f"{_COMPLETION}.ask:Asker"
_SWEEPER = "services.workers.sweeper.sweep"
_RING = "shared.queue.ring:Ringer"

POINTS = (
    Point("worker", "before claim", f"{_COMPLETION}.claim", "claim_turns", Side.BEFORE),
    Point("worker", "after claim", f"{_COMPLETION}.claim", "claim_turns", Side.AFTER),
    Point("worker", "after claim, acked", f"{_COMPLETION}.claim", "acknowledge", Side.AFTER),
    Point("worker", "before the call", _ASKER, "ask", Side.BEFORE),
    Point("worker", "mid-stream", f"{_COMPLETION}.deltas:Deltas", "add", Side.AFTER),
    Point("worker", "after the call, before record", _ASKER, "ask", Side.AFTER),
    Point("worker", "before record's commit", f"{_COMPLETION}.record", "record_attempts", Side.BEFORE),
    Point("worker", "after record, before announce", f"{_COMPLETION}.record", "record_attempts", Side.AFTER),
    Point("worker", "after announce, before reply", f"{_COMPLETION}.turn_flow", "reply", Side.BEFORE),
    Point("worker", "after ring", _RING, "ring", Side.AFTER),
    Point("worker", "after reply", f"{_COMPLETION}.turn_flow", "reply", Side.AFTER),
    Point("worker", "after renew", f"{_COMPLETION}.leases", "renew_leases", Side.AFTER),
    Point("gateway", "before accept", "shared.admission.admission", "accept_turns", Side.BEFORE),
    Point("gateway", "after accept, before ring", "shared.admission.admission", "accept_turns", Side.AFTER),
    Point("gateway", "after ring", _RING, "ring", Side.AFTER),
    Point("gateway", "before the answer", "services.gateway.chat", "chat_body", Side.BEFORE),
    Point("ledger", "before count", "services.workers.ledger.counting", "count_usage", Side.BEFORE),
    Point("ledger", "after count, before ack", "services.workers.ledger.counting", "count_usage", Side.AFTER),
    Point("validator", "before probe", "shared.keys.verdict", "probe", Side.BEFORE),
    Point("validator", "after probe, before verdict", "shared.keys.verdict", "apply_verdict", Side.BEFORE),
    Point("validator", "after verdict, before ack", "services.validator.actors", "validate", Side.AFTER),
    Point("sweeper", "before ending leases", _SWEEPER, "end_lapsed_leases", Side.BEFORE),
    Point("sweeper", "after the write, before ring", f"{_SWEEPER}:Sweep", "_ring", Side.BEFORE, with_items=True),
    Point("sweeper", "after ring", f"{_SWEEPER}:Sweep", "_ring", Side.AFTER, with_items=True),
)


def points_of(service: str) -> tuple[Point, ...]:
    """Return the points of one service, in the order of its work."""
    return tuple(point for point in POINTS if point.service == service)
