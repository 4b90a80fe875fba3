"""Step 1: lease the turn, so that it is this process's own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.workers.completion.patience import Patience
from services.workers.completion.store_clock import StoreClock
from shared.ids import new_id
from shared.queue.acknowledge import acknowledge
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.turns.claim import Claim, claim_turns
from shared.store.turns.rows import ClaimedTurn

MOST_AT_ONCE = 256
FLUSHES_AT_ONCE = 2


class Claimer:
    """Claims turns in groups, one transaction each."""

    def __init__(
        self, database: Database, patience: Patience, clock: StoreClock, *, owner: str, lease_seconds: float
    ) -> None:
        self._database = database
        self._patience = patience
        self._clock = clock
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._batcher = Batcher(self._flush, max_size=MOST_AT_ONCE, max_in_flight=FLUSHES_AT_ONCE)

    async def claim(self, turn_id: UUID) -> ClaimedTurn | None:
        """Lease the turn; None when somebody else has it, it is gone, or past its deadline.

        Either way its message has done its work and is acked: from here on the lease stands
        for the turn. While PostgreSQL is away the message stays unacked and the claim waits.
        """
        turn = await self._batcher.submit(Claim(turn_id, claim_token=new_id()))
        acknowledge()
        return turn

    async def close(self) -> None:
        """Wait for the claims that are under way."""
        await self._batcher.close()

    async def _flush(self, claims: Sequence[Claim]) -> list[ClaimedTurn | None]:
        # the same tokens again: a claim whose answer was lost on the way finds its own lease
        return await self._patience.run("claim", lambda: self._claim(claims))

    async def _claim(self, claims: Sequence[Claim]) -> list[ClaimedTurn | None]:
        turns = await claim_turns(self._database, claims, owner=self._owner, lease_seconds=self._lease_seconds)
        claimed = next((turn for turn in turns if turn is not None), None)
        if claimed is not None:
            self._clock.tell(claimed.claimed_at)
        return turns
