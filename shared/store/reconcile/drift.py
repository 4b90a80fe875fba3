"""What may disagree with what, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class DriftKind(StrEnum):
    """What is wrong, by what it is found in."""

    TURN_WITHOUT_EVENT = "turn_without_event"
    EVENT_END = "event_end"
    EVENT_WITHOUT_TURN = "event_without_turn"
    TURN_TOKENS = "turn_tokens"
    USAGE_DAILY = "usage_daily"
    USAGE_DAILY_ALL_BOTS = "usage_daily_all_bots"
    USAGE_MARKS = "usage_marks"
    USAGE_MONTHLY = "usage_monthly"
    QUOTA = "quota"
    COUNTERS = "counters"


@dataclass(frozen=True, slots=True)
class Drift:
    """One workspace's drift of one kind on one day.

    `day` is a UTC day, the first of a month where whole months are compared, None where only the present is. `differs`
    says what is there less what should be, figures without a difference left out; `rows` counts what is concerned.
    `turn_ids` name the turns where turns and usage events disagree.
    """

    kind: DriftKind
    workspace_id: UUID
    day: date | None
    differs: Mapping[str, int]
    turn_ids: tuple[UUID, ...] = ()
