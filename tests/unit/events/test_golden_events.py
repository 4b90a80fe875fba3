"""Every version of every event reads and writes the JSON that its golden file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.events.document_waiting import DocumentWaitingV1
from shared.events.key_recheck_due import KeyRecheckDueV1
from shared.events.key_rejected import KeyRejectedV1
from shared.events.notice_due import NoticeDueV1
from shared.events.usage_recorded import UsageRecordedV1
from shared.events.wire import Event, EventUnreadableError, event_from_primitives, event_to_primitives

GOLDEN = Path(__file__).parent / "golden"
EVENTS: list[Event] = [
    KeyRejectedV1(
        key_id="0190a5c8-0000-7000-8000-000000000001",
        workspace_id="0190a5c8-0000-7000-8000-000000000002",
        key_version=3,
        verdict_seq=7,
        model="gpt-5-mini",
        error_type="key_refused",
        occurred_at="2026-03-01T12:00:00+00:00",
    ),
    KeyRecheckDueV1(
        key_id="0190a5c8-0000-7000-8000-000000000001",
        workspace_id="0190a5c8-0000-7000-8000-000000000002",
        key_version=3,
        verdict_seq=7,
        occurred_at="2026-03-01T12:00:00+00:00",
    ),
    DocumentWaitingV1(document_id="0190a5c8-0000-7000-8000-000000000006"),
    NoticeDueV1(notice_id="0190a5c8-0000-7000-8000-000000000005"),
    UsageRecordedV1(events=(("0190a5c8-0000-7000-8000-000000000003", 1), ("0190a5c8-0000-7000-8000-000000000004", 2))),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.NAME)
def test_an_event_writes_its_golden_json(event: Event) -> None:
    written = json.loads(json.dumps(event_to_primitives(event)))

    assert written == json.loads((GOLDEN / f"{event.NAME}.json").read_text())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.NAME)
def test_the_golden_json_reads_as_the_event_even_with_a_newer_field(event: Event) -> None:
    values = json.loads((GOLDEN / f"{event.NAME}.json").read_text())

    assert event_from_primitives(values | {"added_later": 1}) == event


def test_an_unknown_event_is_unreadable_not_ignored() -> None:
    with pytest.raises(EventUnreadableError, match=r"key\.rejected\.v9"):
        event_from_primitives({"name": "key.rejected.v9"})
