"""What the admin API's handlers need; built once by main."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from starlette.requests import Request

from shared.admission.admission import Admission
from shared.clock import Clock
from shared.domain.catalogue import Catalogue
from shared.keys.context import KeyContext
from shared.queue.lengths import QueueReader
from shared.queue.ring import Ringer
from shared.replies.waiting import Waiting
from shared.settings import Settings
from shared.store.database import Database


@dataclass(frozen=True, slots=True)
class AdminContext:
    """The store, the keys' tools, the queues, the models, the settings, the clock, and the way of a test message."""

    database: Database
    keys: KeyContext
    ringer: Ringer
    queues: QueueReader
    catalogue: Catalogue
    settings: Settings
    clock: Clock
    admission: Admission
    waiting: Waiting

    def of(self, workspace_id: UUID) -> AdminContext:
        """Return the context of one workspace's request: its statements run behind the workspace's wall."""
        database = self.database.of(workspace_id)
        return replace(self, database=database, keys=replace(self.keys, database=database))


def context_of(request: Request) -> AdminContext:
    """Return the context that the application was built with; once it is known who asks, their workspace's."""
    context: AdminContext = getattr(request.state, "context", request.app.state.context)
    return context


def doors_database(request: Request) -> Database:
    """Return the store as the doors see it: sessions and counted logins belong to no workspace."""
    database: Database = request.app.state.context.database
    return database


def enter_workspace(request: Request, workspace_id: UUID) -> None:
    """Let the rest of the request see this workspace and no other."""
    request.state.context = context_of(request).of(workspace_id)
