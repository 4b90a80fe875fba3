"""What decides a workspace's turns, kept in memory for exactly as long as it is true."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from services.workers.completion.patience import Patience
from shared.store.database import Database
from shared.store.documents.read import list_documents
from shared.store.workspaces.configuration import read_configuration
from shared.store.workspaces.rows import WorkspaceConfiguration

MOST_WORKSPACES = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """A workspace's configuration and which of its bots have documents to search."""

    workspace: WorkspaceConfiguration
    bots_with_documents: frozenset[UUID]


class ConfigurationCache:
    """Configurations by workspace, each good for one epoch; every change of any kind makes a new epoch.

    A claim brings the epoch with it. What is older is read again, once for all turns that ask.
    """

    def __init__(self, database: Database, patience: Patience) -> None:
        self._database = database
        self._patience = patience
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self._reads: dict[UUID, asyncio.Task[Known | None]] = {}

    async def at(self, workspace_id: UUID, epoch: int) -> Known | None:
        """Return the configuration at this epoch or a later one; None when the workspace is gone."""
        known = self._known.get(workspace_id)
        while known is None or known.workspace.epoch < epoch:
            known = await self._read_once(workspace_id)
            if known is None:
                return None
        if workspace_id in self._known:
            self._known.move_to_end(workspace_id)
        return known

    async def _read_once(self, workspace_id: UUID) -> Known | None:
        read = self._reads.get(workspace_id)
        if read is None:
            read = self._reads[workspace_id] = asyncio.create_task(self._read(workspace_id))
            read.add_done_callback(lambda _: self._reads.pop(workspace_id))
        # shielded: the reader that is cancelled must not take the others' read with it
        return await asyncio.shield(read)

    async def _read(self, workspace_id: UUID) -> Known | None:
        workspace = await self._patience.run("configuration", lambda: read_configuration(self._database, workspace_id))
        if workspace is None:
            return None
        # after the configuration, never before: what is read too new is only read again at the next epoch
        documents = await self._patience.run(
            "documents", lambda: list_documents(self._database, workspace_id=workspace_id, bot_id=None)
        )
        known = Known(workspace, frozenset(document.bot_id for document in documents))
        self._keep(known)
        return known

    def _keep(self, known: Known) -> None:
        self._known[known.workspace.workspace_id] = known
        self._known.move_to_end(known.workspace.workspace_id)
        if len(self._known) > MOST_WORKSPACES:
            self._known.popitem(last=False)
