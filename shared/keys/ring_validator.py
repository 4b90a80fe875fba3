"""Ask the validator to probe a key now."""

from __future__ import annotations

from shared.events.key_rejected import KeyRejectedV1
from shared.events.wire import event_to_primitives
from shared.keys.context import KeyContext
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import VALIDATE_KEY
from shared.store.keys.rows import KeyRow


async def ring_validator(context: KeyContext, key: KeyRow) -> None:
    """Ring for a suspect key; what Redis does not take, the sweeper rings."""
    event = KeyRejectedV1(
        key_id=str(key.key_id),
        workspace_id=str(key.workspace_id),
        key_version=key.version,
        verdict_seq=key.verdict_seq,
        model="",
        error_type="",
        occurred_at=context.clock().isoformat(),
    )
    try:
        await context.ringer.ring(VALIDATE_KEY, [(event_to_primitives(event),)])
    except QueueUnavailableError:
        return
