"""What operators see: every workspace, the queue as a whole, failed turns; nothing of what was said in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.plans import Plan
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus


@dataclass(frozen=True, slots=True)
class WorkspaceOverview:
    """A workspace at a glance: `used` messages of the month's `message_limit`, and how many keys are in trouble."""

    workspace_id: UUID
    name: str
    plan: Plan
    slots: int
    in_flight: int
    waiting: int
    used: int
    message_limit: int
    keys_in_trouble: int


@dataclass(frozen=True, slots=True)
class Line:
    """Things that wait for something, counted up to COUNTED_AT_MOST, and the instant since when the first of them does.

    `name` is `ready` or `running` for turns in work, else the hold of turns that wait (`slot`: none).
    """

    name: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """A worker process that holds leases: how many, and how many of them have lapsed."""

    owner: str
    turns: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class ConnectedProcess:
    """Processes of one kind that hold connections to PostgreSQL, and when one of them last spoke."""

    name: str
    connections: int
    spoke_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The whole installation's work at one instant of the database's clock, `at`."""

    at: datetime
    lines: dict[str, Line]
    uncounted_usage: Line
    suspect_keys: Line
    lease_holders: tuple[LeaseHolder, ...]
    processes: tuple[ConnectedProcess, ...]

    @property
    def swept_at(self) -> datetime | None:
        """Return when a sweeper last spoke to PostgreSQL, which it does every second; None: none is connected."""
        return next((process.spoke_at for process in self.processes if process.name == "sweeper"), None)


@dataclass(frozen=True, slots=True)
class FailedTurn:
    """A failed or expired turn of whatever workspace, without its texts."""

    turn_id: UUID
    workspace_id: UUID
    workspace_name: str
    status: TurnStatus
    model: str
    provider: str | None
    provider_request_id: str | None
    error: TurnError | None
    attempt: int
    crashes: int
    accepted_at: datetime
