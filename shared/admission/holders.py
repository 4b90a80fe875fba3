"""Who holds a token, remembered for a moment: accept's epoch tells when it is out of date."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from shared.clock import monotonic_seconds
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.tokens.find import find_tokens
from shared.store.tokens.rows import TokenHolder

REMEMBERED_SECONDS = 30.0
REMEMBERED = 20_000
ASKED_AT_ONCE = 200


class Holders:
    """Token holders by the token's hash.

    Remembering them is safe for accept alone: every change of token, bot, plan or key moves the
    workspace's epoch, and accept compares it under the workspace's lock.
    """

    def __init__(self, database: Database) -> None:
        self._batcher: Batcher[bytes, TokenHolder | None] = Batcher(
            partial(find_tokens, database), max_size=ASKED_AT_ONCE
        )
        self._found: OrderedDict[bytes, tuple[float, TokenHolder]] = OrderedDict()

    async def find(self, token_hash: bytes) -> TokenHolder | None:
        """Return the holder; the unknown and the revoked are asked for each time."""
        remembered = self._found.get(token_hash)
        if remembered is not None and monotonic_seconds() - remembered[0] < REMEMBERED_SECONDS:
            return remembered[1]
        asked_at = monotonic_seconds()
        holder = await self._batcher.submit(token_hash)
        if holder is not None:
            self._found[token_hash] = (asked_at, holder)
            self._found.move_to_end(token_hash)
            if len(self._found) > REMEMBERED:
                self._found.popitem(last=False)
        return holder

    def is_fresh(self, token_hash: bytes, since: float) -> bool:
        """Tell whether the holder was read after that instant, so that a refusal by it needs no second look."""
        remembered = self._found.get(token_hash)
        return remembered is not None and remembered[0] >= since

    def forget(self, token_hash: bytes) -> None:
        """Read the holder anew next time."""
        self._found.pop(token_hash, None)
