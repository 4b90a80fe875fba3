"""Read the roll-ups; no request ever scans turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.usage.spans import spans_of

GROUPS = {"day": "day", "bot": "bot_id", "model": "model", "provider": "provider", "key": "key_id"}
FIGURES = (
    "turns",
    "failed_turns",
    "cancelled_turns",
    "cache_hits",
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "reasoning_tokens",
    "estimated_turns",
    "estimated_input_tokens",
    "estimated_output_tokens",
)
KEPT = ", ".join(("bot_id", "model", "provider", "key_id", *FIGURES))
TAKEN_OFF = ", ".join(("bot_id", "model", "provider", "key_id", *(f"-{figure}" for figure in FIGURES)))
MONTHS_AND_DAYS = f"""(
    SELECT {KEPT} FROM usage_monthly
    WHERE workspace_id = :workspace_id AND month BETWEEN :first_month AND :last_month
        AND month <> ALL (CAST(:left_out AS date[])){{conditions}}
    UNION ALL
    SELECT {KEPT} FROM usage_daily
    WHERE workspace_id = :workspace_id AND day = ANY (CAST(:added AS date[])){{conditions}}
    UNION ALL
    SELECT {TAKEN_OFF} FROM usage_daily
    WHERE workspace_id = :workspace_id AND day = ANY (CAST(:removed AS date[])){{conditions}}
) AS parts"""
AS_OF = text(
    "SELECT coalesce(min(revised_at), now()) AS as_of FROM usage_events "
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
    returns the one total. A group without any figure is left out. `only` holds the values to which some of GROUPS are kept, None for no key.
    Estimated tokens are a part of the tokens.
    """
    conditions = "".join(
        f" AND {GROUPS[name]} IS NULL" if value is None else f" AND {GROUPS[name]} = :only_{name}"
        for name, value in only.items()
    )
    values: dict[str, Any] = {f"only_{name}": value for name, value in only.items() if value is not None}
    if "bot" not in {*group_by, *only}:
        source, days = _days("usage_daily_all_bots", conditions), {"from_day": from_day, "to_day": to_day}
    elif "day" in {*group_by, *only} or "bot" in only:
        source, days = _days("usage_daily", conditions), {"from_day": from_day, "to_day": to_day}
    else:  # every bot: thousands of rows a day, so as few days as can be
        source, days = MONTHS_AND_DAYS.format(conditions=conditions), asdict(spans_of(from_day, to_day))
    rows = await database.call(text(_grouped(source, group_by)), workspace_id=workspace_id, **days, **values)
    found = [dict(row._mapping) for row in rows]  # noqa: SLF001 - the library's documented accessor
    return [row for row in found if any(row[figure] for figure in FIGURES)] if group_by else found


def _days(roll_up: str, conditions: str) -> str:
    return f"{roll_up} WHERE workspace_id = :workspace_id AND day BETWEEN :from_day AND :to_day{conditions}"


def _grouped(source: str, group_by: Sequence[str]) -> str:
    columns = [f"{GROUPS[name]} AS {name}" for name in group_by]
    sums = [f"coalesce(sum({figure}), 0)::bigint AS {figure}" for figure in FIGURES]
    ordinals = ", ".join(str(number + 1) for number in range(len(columns)))
    statement = f"SELECT {', '.join(columns + sums)} FROM {source}"
    return statement + (f" GROUP BY {ordinals} ORDER BY {ordinals}" if columns else "")


async def usage_as_of(database: Database, workspace_id: UUID) -> datetime:
    """Return the instant up to which the workspace's figures are complete; a later call returns none before it."""
    (row,) = await database.call(AS_OF, workspace_id=workspace_id)
    as_of: datetime = row.as_of
    return as_of
