"""Read the roll-ups; no request ever scans turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

GROUPS = {"day": "day", "bot": "bot_id", "model": "model", "provider": "provider", "key": "key_id"}
FIGURES = (
    "turns",
    "failed_turns",
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "reasoning_tokens",
    "estimated_turns",
    "estimated_input_tokens",
    "estimated_output_tokens",
)
OF_ALL_BOTS = "usage_daily_all_bots"
"""The roll-up for every question that names no bot: a few rows a day, however many bots there are."""
AS_OF = text(
    "SELECT coalesce(min(recorded_at), now()) AS as_of FROM usage_events "
    "WHERE counted_revision < revision AND workspace_id = :workspace_id",
)
NO_FILTER: Mapping[str, UUID | str | None] = {}


async def read_usage(
    database: Database,
    *,
    workspace_id: UUID,
    from_day: date,
    to_day: date,
    group_by: Sequence[str],
    only: Mapping[str, UUID | str | None] = NO_FILTER,
) -> list[dict[str, Any]]:
    """Return the figures from one UTC day to another, both included, one row a group.

    `group_by` takes the names in GROUPS; a group's column holds its id. An empty `group_by`
    returns the one total. `only` holds the values to which some of GROUPS are kept, None for no key.
    Estimated tokens are a part of the tokens.
    """
    columns = [f"{GROUPS[name]} AS {name}" for name in group_by]
    sums = [f"coalesce(sum({figure}), 0)::bigint AS {figure}" for figure in FIGURES]
    ordinals = ", ".join(str(number + 1) for number in range(len(columns)))
    conditions = [
        f" AND {GROUPS[name]} IS NULL" if value is None else f" AND {GROUPS[name]} = :only_{name}"
        for name, value in only.items()
    ]
    statement = (
        f"SELECT {', '.join(columns + sums)} FROM {'usage_daily' if 'bot' in {*group_by, *only} else OF_ALL_BOTS} "
        f"WHERE workspace_id = :workspace_id AND day BETWEEN :from_day AND :to_day{''.join(conditions)}"
        + (f" GROUP BY {ordinals} ORDER BY {ordinals}" if columns else "")
    )
    values = {f"only_{name}": value for name, value in only.items() if value is not None}
    rows = await database.call(text(statement), workspace_id=workspace_id, from_day=from_day, to_day=to_day, **values)
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - the library's documented accessor


async def usage_as_of(database: Database, workspace_id: UUID) -> datetime:
    """Return the instant up to which the workspace's figures are complete."""
    (row,) = await database.call(AS_OF, workspace_id=workspace_id)
    as_of: datetime = row.as_of
    return as_of
