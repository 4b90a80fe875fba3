"""At the start of the process: every sealed text is opened once, so that a missing master key is seen before a turn fails."""

from __future__ import annotations

import structlog

from shared.domain.actor import VALIDATOR
from shared.keys.context import KeyContext
from shared.keys.reseal import SealedBatch, UnknownPlaceError, look_through
from shared.keys.standing import cannot_decrypt, with_recheck
from shared.keys.verdict import give_verdict
from shared.metrics import sealed_unopened
from shared.store.errors import StoreError
from shared.store.keys.read import find_key_by_id
from shared.vault.places import PROVIDER_KEY

_log = structlog.get_logger()


async def audit_sealed(context: KeyContext) -> int:
    """Take every key that no master key opens out of service; return how many texts do not open, keys or others."""
    unopened = 0
    try:
        async for looked in look_through(context.database, context.vault):
            unopened += len(looked.unopened)
            await _take_out_of_service(context, looked)
    except (StoreError, UnknownPlaceError) as error:
        _log.warning("sealed_audit_broken_off", error=str(error))
        return unopened
    sealed_unopened.set(unopened)
    if unopened:
        _log.error("sealed_unopened", count=unopened, fix="mevichat vault check")
    return unopened


async def _take_out_of_service(context: KeyContext, looked: SealedBatch) -> None:
    if looked.place is not PROVIDER_KEY:
        return
    for row in looked.unopened:
        key = await find_key_by_id(context.database, row.row_id)
        if key is not None and key.sealed == row.sealed and key.state.is_usable:
            standing = with_recheck(cannot_decrypt(key.provider), None, context.recheck_policy)
            await give_verdict(context, key, standing, actor=VALIDATOR)
