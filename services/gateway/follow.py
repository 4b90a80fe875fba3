"""Follows a turn to its end, whatever becomes of Redis on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from services.gateway.context import GatewayContext
from shared.queue.reply_entries import Done, StreamEntry

KEEP_ALIVE_SECONDS = 15.0
LAST_WORDS_SECONDS = 0.5
"""How long a turn that has ended by its row or inbox may still send what is under way in its stream."""


async def follow_turn(
    context: GatewayContext, turn_id: UUID, after: str | None = None
) -> AsyncIterator[StreamEntry | None]:
    """Yield the turn's entries, at last Done; None now and then to keep the connection alive."""
    ended = context.waiting.expect(turn_id)
    async with aclosing(context.inbox.follow(turn_id, after)) as entries:
        coming = asyncio.ensure_future(anext(entries))
        try:
            while True:
                either: set[asyncio.Future[Any]] = {coming, ended}
                await asyncio.wait(either, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done() and ended.done():
                    await asyncio.wait({coming}, timeout=LAST_WORDS_SECONDS)
                if not coming.done() and ended.done():
                    yield Done(ended.result())
                    return
                if not coming.done():
                    yield None
                    continue
                entry = coming.result()
                yield entry
                if isinstance(entry, Done):
                    return
                coming = asyncio.ensure_future(anext(entries))
        finally:
            ended.cancel()
            coming.cancel()
            await asyncio.wait({coming})
