"""Workspaces as rows, and a workspace's whole configuration at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.domain.plans import Plan
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace with its counters. `message_limit` is the month's quota; texts are kept for `retention_days`, None: for ever."""

    workspace_id: UUID
    name: str
    plan: Plan
    epoch: int
    slots: int
    message_limit: int
    in_flight: int
    waiting: int
    created_at: datetime
    rate_per_minute: int | None = None
    rate_burst: int | None = None
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceConfiguration:
    """What decides a workspace's turns, read in one snapshot; valid while `epoch` is the workspace's.

    `bots_with_documents`: the ids of bots that have documents to search. `document_sets`: for each of them that keeps
    its answers, the name of the set of its documents; another one when any is added or deleted.
    """

    workspace_id: UUID
    epoch: int
    plan: Plan
    bots: Mapping[UUID, BotRow]
    keys: Mapping[UUID, KeyRow]
    bots_with_documents: frozenset[UUID] = frozenset()
    document_sets: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """The month's messages of a workspace."""

    plan: Plan
    limit: int
    used: int
