"""Workspaces' whole configurations, many in one snapshot, each with its epoch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.plans import Plan
from shared.store.bots.read import BOT_COLUMNS, bot_of
from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.workspaces.rows import WorkspaceConfiguration

WORKSPACES = text(
    "SELECT id AS workspace_id, plan, epoch FROM workspaces JOIN workspace_counters ON workspace_id = id "
    "WHERE id = ANY (:workspace_ids)",
)
BOTS = text(f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = ANY (:workspace_ids) AND deleted_at IS NULL")
KEYS = text(  # own constants only
    f"SELECT {KEY_COLUMNS} FROM provider_keys WHERE workspace_id = ANY (:workspace_ids) AND deleted_at IS NULL",
)
WITH_DOCUMENTS = text(
    "SELECT asked.bot_id FROM unnest(CAST(:bot_ids AS uuid[])) AS asked (bot_id) "
    "WHERE EXISTS (SELECT 1 FROM passages AS p WHERE p.bot_id = asked.bot_id)"
)

# by the documents' ids and versions: another text is another version, so another set is another name
DOCUMENT_SETS = text(
    "SELECT bot_id, encode(sha256(string_agg(uuid_send(id) || int4send(version), ''::bytea ORDER BY id)), 'hex') AS name "
    "FROM documents WHERE bot_id = ANY (CAST(:bot_ids AS uuid[])) AND version > 0 GROUP BY bot_id"
)


async def read_configurations(database: Database, workspace_ids: Sequence[UUID]) -> list[WorkspaceConfiguration | None]:
    """Return everything that decides each workspace's turns, in the given order; None where there is no workspace."""
    values = {"workspace_ids": list(set(workspace_ids))}
    async with database.snapshot() as connection:
        workspaces = await connection.execute(WORKSPACES, values)
        bots = _by_workspace(await connection.execute(BOTS, values))
        keys = _by_workspace(await connection.execute(KEYS, values))
        bot_ids = [bot.id for of_one in bots.values() for bot in of_one]
        caching = [bot.id for of_one in bots.values() for bot in of_one if bot.cache_seconds]
        document_sets = await _document_sets(connection, caching)
        with_documents = set((await connection.execute(WITH_DOCUMENTS, {"bot_ids": bot_ids})).scalars())
    found = {
        row.workspace_id: WorkspaceConfiguration(
            workspace_id=row.workspace_id,
            epoch=row.epoch,
            plan=Plan(row.plan),
            bots={bot.id: bot_of(bot) for bot in bots[row.workspace_id]},
            keys={key.id: key_of(key) for key in keys[row.workspace_id]},
            bots_with_documents=frozenset(bot.id for bot in bots[row.workspace_id] if bot.id in with_documents),
            document_sets={bot.id: document_sets[bot.id] for bot in bots[row.workspace_id] if bot.id in document_sets},
        )
        for row in workspaces
    }
    return [found.get(workspace_id) for workspace_id in workspace_ids]


async def _document_sets(connection: AsyncConnection, bot_ids: Sequence[UUID]) -> dict[UUID, str]:
    if not bot_ids:
        return {}
    return {row.bot_id: row.name for row in await connection.execute(DOCUMENT_SETS, {"bot_ids": bot_ids})}


def _by_workspace(rows: Any) -> defaultdict[UUID, list[Row[Any]]]:
    grouped: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        grouped[row.workspace_id].append(row)
    return grouped
