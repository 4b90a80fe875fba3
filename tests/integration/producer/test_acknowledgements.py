"""What becomes of an acknowledgement that PostgreSQL will never take."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.clock import utc_now
from shared.ids import new_id
from shared.producer.heard import Acknowledgements
from shared.producer.reply import Reply
from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError


async def test_who_waits_for_an_acknowledgement_that_is_refused_is_told_and_the_reply_is_let_go(
    database_url: str,
) -> None:
    database = Database.connect(database_url, connections=1, application_name="test")
    await database.call(text("ALTER TABLE turns RENAME COLUMN acknowledged_at TO elsewhere"))
    gone: list[UUID] = []

    def let_go(replies: Sequence[Reply]) -> None:
        gone.extend(reply.turn_id for reply in replies)

    acknowledgements = Acknowledgements(database, let_go)
    reply = cast("Reply", SimpleNamespace(turn_id=new_id(), ended_at=utc_now()))

    with pytest.raises(StoreError) as refusal:
        await acknowledgements.write(reply)

    assert not isinstance(refusal.value, StoreUnavailableError)
    assert gone == [reply.turn_id]
    await acknowledgements.close()
    await database.close()
