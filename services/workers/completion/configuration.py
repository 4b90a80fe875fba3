"""What decides a workspace's turns, kept in memory for exactly as long as it is true."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from services.workers.completion.patience import Patience
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.workspaces.configuration import read_configurations
from shared.store.workspaces.rows import WorkspaceConfiguration

MOST_WORKSPACES = 16_384
"""Some 3 KB each. One more busy workspace than this, and turns begin to pay for a read each."""
READ_AT_ONCE = 200
READS_AT_ONCE = 2


class ConfigurationCache:
    """Configurations by workspace, each good for one epoch; every change of any kind makes a new epoch.

    A claim brings the epoch with it. What is older is read again, once for all turns that ask, and in one snapshot
    with whatever else is asked for in the same instant.
    """

    def __init__(self, database: Database, patience: Patience) -> None:
        self._database = database
        self._patience = patience
        self._known: OrderedDict[UUID, WorkspaceConfiguration] = OrderedDict()
        self._reads: dict[UUID, asyncio.Task[WorkspaceConfiguration | None]] = {}
        self._batcher = Batcher(self._flush, max_size=READ_AT_ONCE, max_in_flight=READS_AT_ONCE)

    async def at(self, workspace_id: UUID, epoch: int) -> WorkspaceConfiguration | None:
        """Return the configuration at this epoch or a later one; None when the workspace is gone."""
        known = self._known.get(workspace_id)
        while known is None or known.epoch < epoch:
            known = await self._read_once(workspace_id)
            if known is None:
                return None
        if workspace_id in self._known:
            self._known.move_to_end(workspace_id)
        return known

    async def _read_once(self, workspace_id: UUID) -> WorkspaceConfiguration | None:
        read = self._reads.get(workspace_id)
        if read is None:
            read = self._reads[workspace_id] = asyncio.create_task(self._read(workspace_id))
            read.add_done_callback(lambda _: self._reads.pop(workspace_id))
        # shielded: the reader that is cancelled must not take the others' read with it
        return await asyncio.shield(read)

    async def _read(self, workspace_id: UUID) -> WorkspaceConfiguration | None:
        known = await self._batcher.submit(workspace_id)
        if known is not None:
            self._keep(known)
        return known

    async def _flush(self, workspace_ids: Sequence[UUID]) -> list[WorkspaceConfiguration | None]:
        return await self._patience.run("configurations", lambda: read_configurations(self._database, workspace_ids))

    def _keep(self, known: WorkspaceConfiguration) -> None:
        self._known[known.workspace_id] = known
        self._known.move_to_end(known.workspace_id)
        if len(self._known) > MOST_WORKSPACES:
            self._known.popitem(last=False)
