"""Find turns by bot, conversation, end user, status and time, the newest first, a page at a time.

Every statement takes the newest few of each short ordered run (a status, or a bot's status) from its index and merges
them; none reads more entries than its runs times the page.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, TextClause, text

from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.json_fields import error_value
from shared.store.turns.search_rows import EXCERPT_CHARACTERS, TurnLine, TurnSearch

BEYOND_ALL = 2**63 - 1
LINE = f"""
    SELECT t.id, t.bot_id, t.conversation, t.end_user, t.status, t.partial, t.error,
        left(t.question, {EXCERPT_CHARACTERS}) AS excerpt, t.accepted_at, t.position, t.erased_at
    FROM turns AS t
"""
PLACE = "SELECT t.accepted_at, t.position FROM turns AS t"
IN_TIME = "t.accepted_at >= :from_at AND (t.accepted_at, t.position) < (:before_at, :before_position)"
NEWEST = "ORDER BY accepted_at DESC, position DESC LIMIT :at_most"
# the words of the partial indexes stand in the queries, else the planner cannot know that they hold these rows
ENDED_IN_TIME = f"t.status = s.status AND t.ended_at IS NOT NULL AND {IN_TIME}"
ENDED = f"{ENDED_IN_TIME} {NEWEST}"
ENDED_HEAD = f"{ENDED_IN_TIME} ORDER BY accepted_at DESC, position DESC LIMIT 1"
STATUSES = "unnest(CAST(:ended AS text[])) AS s (status)"
NOT_ENDED = f"""
    SELECT * FROM ({LINE} WHERE t.workspace_id = :workspace_id AND t.status IN ('waiting', 'ready', 'running')
        AND t.status = ANY (CAST(:statuses AS text[])) AND {IN_TIME} {{also}} {NEWEST}) AS not_ended
"""


def _page(runs: str, also: str = "") -> TextClause:
    """Merge the runs of ended turns with those that have not ended, and name the bots of what is left."""
    return text(f"""
        SELECT page.*, b.name AS bot_name FROM (
            SELECT * FROM ({runs} UNION ALL {NOT_ENDED.format(also=also)}) AS runs {NEWEST}
        ) AS page JOIN bots AS b ON b.id = page.bot_id {NEWEST}
    """)


OF_WORKSPACE = _page(
    f"SELECT run.* FROM {STATUSES} CROSS JOIN LATERAL ({LINE} WHERE t.workspace_id = :workspace_id AND {ENDED}) AS run",
)
OF_BOT = _page(
    f"""
    SELECT run.* FROM bots AS o CROSS JOIN {STATUSES}
    CROSS JOIN LATERAL ({LINE} WHERE t.bot_id = o.id AND {ENDED}) AS run
    WHERE o.id = :bot_id AND o.workspace_id = :workspace_id
    """,
    "AND t.bot_id = :bot_id",
)
# The newest turns of all lie in the runs whose newest turn is newest: so many runs as the page has lines, no more.
# Few bots know an end user; those that do are found first, by one look each.
OF_USER = _page(
    f"""
    SELECT run.* FROM (
        SELECT o.id, s.status, head.accepted_at, head.position FROM bots AS o
        CROSS JOIN LATERAL (
            SELECT 1 FROM turns AS t WHERE t.bot_id = o.id AND t.end_user = :end_user AND t.ended_at IS NOT NULL LIMIT 1
        ) AS knows
        CROSS JOIN {STATUSES}
        CROSS JOIN LATERAL ({PLACE} WHERE t.bot_id = o.id AND t.end_user = :end_user AND {ENDED_HEAD}) AS head
        WHERE o.workspace_id = :workspace_id AND (CAST(:bot_id AS uuid) IS NULL OR o.id = :bot_id) {NEWEST}
    ) AS s
    CROSS JOIN LATERAL ({LINE} WHERE t.bot_id = s.id AND t.end_user = :end_user AND {ENDED}) AS run
    """,
    "AND t.end_user = :end_user AND (CAST(:bot_id AS uuid) IS NULL OR t.bot_id = :bot_id)",
)
IN_CONVERSATION = f"""
    t.conversation = :conversation AND t.position < :below_position AND t.status = ANY (CAST(:statuses AS text[]))
    AND {IN_TIME} AND (CAST(:end_user AS text) IS NULL OR t.end_user = :end_user) ORDER BY t.position DESC
"""
OF_CONVERSATION = text(f"""
    SELECT run.*, s.name AS bot_name FROM (
        SELECT o.id, o.name, head.accepted_at, head.position FROM bots AS o
        CROSS JOIN LATERAL ({PLACE} WHERE t.bot_id = o.id AND {IN_CONVERSATION} LIMIT 1) AS head
        WHERE o.workspace_id = :workspace_id AND (CAST(:bot_id AS uuid) IS NULL OR o.id = :bot_id) {NEWEST}
    ) AS s
    CROSS JOIN LATERAL ({LINE} WHERE t.bot_id = s.id AND {IN_CONVERSATION} LIMIT :at_most) AS run
    ORDER BY run.accepted_at DESC, run.position DESC LIMIT :at_most
""")


async def search_turns(database: Database, asked: TurnSearch, *, limit: int) -> list[TurnLine]:
    """Return the turns that are asked for, the newest first: one statement."""
    statement, values = _statement(asked)
    rows = await database.call(
        statement,
        workspace_id=asked.workspace_id,
        statuses=list(asked.statuses),
        from_at=asked.from_at,
        before_at=asked.before.accepted_at,
        before_position=asked.before.position,
        at_most=limit,
        **values,
    )
    return [_line(row) for row in rows]


def _statement(asked: TurnSearch) -> tuple[TextClause, dict[str, Any]]:
    values: dict[str, Any] = {"bot_id": asked.bot_id, "end_user": asked.end_user}
    ended = [status for status in asked.statuses if status.is_ended]
    if asked.conversation is not None:
        below = asked.before.position or BEYOND_ALL  # a page goes on by the index's own order
        return OF_CONVERSATION, values | {"conversation": asked.conversation, "below_position": below}
    if asked.end_user is not None:
        return OF_USER, values | {"ended": ended}
    if asked.bot_id is not None:
        return OF_BOT, {"bot_id": asked.bot_id, "ended": ended}
    return OF_WORKSPACE, {"ended": ended}


def _line(row: Row[Any]) -> TurnLine:
    return TurnLine(
        turn_id=row.id,
        bot_id=row.bot_id,
        bot_name=row.bot_name,
        conversation=row.conversation,
        end_user=row.end_user,
        status=TurnStatus(row.status),
        partial=row.partial,
        error=error_value(row.error),
        excerpt=row.excerpt,
        accepted_at=row.accepted_at,
        position=row.position,
        erased_at=row.erased_at,
    )
