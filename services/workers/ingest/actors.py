"""The ingest's actor: as thin as can be."""

from __future__ import annotations

from typing import Any

from dramatiq import Broker

from services.workers.ingest.ingesting import Ingesting
from shared.queue.declare import declare_actor
from shared.queue.routes import READ_DOCUMENT


def declare(broker: Broker, ingesting: Ingesting) -> None:
    """Declare `read_document` on the broker."""

    async def read_document(event: dict[str, Any]) -> None:
        await ingesting.read_next(event)

    declare_actor(broker, READ_DOCUMENT, read_document)
