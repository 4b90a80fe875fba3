"""What the admin API's handlers need; built once by main."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from shared.clock import Clock
from shared.domain.catalogue import Catalogue
from shared.keys.context import KeyContext
from shared.queue.lengths import QueueReader
from shared.queue.ring import Ringer
from shared.settings import Settings
from shared.store.database import Database


@dataclass(frozen=True, slots=True)
class AdminContext:
    """The store, the keys' tools, the queues, the models, the settings and the clock."""

    database: Database
    keys: KeyContext
    ringer: Ringer
    queues: QueueReader
    catalogue: Catalogue
    settings: Settings
    clock: Clock


def context_of(request: Request) -> AdminContext:
    """Return the context that the application was built with."""
    context: AdminContext = request.app.state.context
    return context
