"""Beside the sweeps: passages without a vector get theirs, on connections of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.knowledge.embed_passages import embed_always
from shared.providers.embeddings import open_embedder
from shared.providers.session import open_session
from shared.settings import Settings
from shared.store.database import Database, DatabaseRole

CONNECTIONS = 2
"""One says that this process embeds, the other reads and writes meanwhile."""


@asynccontextmanager
async def embedding(settings: Settings) -> AsyncIterator[None]:
    """Embed passages until the block ends, where the platform has set who makes vectors."""
    if settings.embedding_base_url is None:
        yield
        return
    database = Database.connect(
        settings.database_url or "",
        connections=CONNECTIONS,
        application_name="embedding",
        role=DatabaseRole.SERVICE,
    )
    async with open_session(concurrency=1) as session:
        embedder = open_embedder(settings, session)
        assert embedder is not None
        task = asyncio.create_task(embed_always(database, embedder), name="embed-passages")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await database.close()
