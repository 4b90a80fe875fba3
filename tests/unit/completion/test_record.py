"""The end that is written where PostgreSQL refuses the true one."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.workers.completion.record import without_texts
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import NO_USAGE, UsageKind
from shared.store.turns.rows import AttemptEnd


@pytest.mark.parametrize(
    ("request_id", "kept"), [("req_011CSHoEeqs5", "req_011CSHoEeqs5"), ("req_\udc80", None), (None, None)]
)
def test_it_keeps_the_providers_request_id_and_no_text(request_id: str | None, kept: str | None) -> None:
    end = AttemptEnd(
        turn_id=UUID(int=9),
        attempt=1,
        status=TurnStatus.COMPLETED,
        keeps_quota=True,
        usage=NO_USAGE,
        usage_kind=UsageKind.EXACT,
        answer="\udc80",
        provider_request_id=request_id,
    )

    bare = without_texts(end)

    assert (bare.status, bare.answer, bare.keeps_quota) == (TurnStatus.FAILED, None, False)
    assert bare.provider_request_id == kept
