"""Events as JSON-ready values and back; the only codec that services use."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shared.errors import MevichatError
from shared.events.document_waiting import DocumentWaitingV1
from shared.events.key_recheck_due import KeyRecheckDueV1
from shared.events.key_rejected import KeyRejectedV1
from shared.events.notice_due import NoticeDueV1
from shared.events.usage_recorded import UsageRecordedV1

Event = DocumentWaitingV1 | KeyRejectedV1 | KeyRecheckDueV1 | NoticeDueV1 | UsageRecordedV1


class EventUnreadableError(MevichatError):
    """Raised when a message is no event of a version that this process knows."""


def event_to_primitives(event: Event) -> dict[str, Any]:
    """Return the event with its wire name, ready for JSON."""
    return {"name": event.NAME, **asdict(event)}


def event_from_primitives(values: dict[str, Any]) -> Event:
    """Rebuild an event by its wire name; optional fields that are newer than us are dropped.

    Raises:
        EventUnreadableError: it is none that we know, or not whole.

    """
    try:
        return _rebuilt(values)
    except (KeyError, TypeError, ValueError, AttributeError):
        message = "this is no whole event"
        raise EventUnreadableError(message) from None


def _rebuilt(values: dict[str, Any]) -> Event:
    match values.get("name"):
        case KeyRejectedV1.NAME:
            return KeyRejectedV1(**{name: values[name] for name in KeyRejectedV1.__slots__})
        case KeyRecheckDueV1.NAME:
            return KeyRecheckDueV1(**{name: values[name] for name in KeyRecheckDueV1.__slots__})
        case DocumentWaitingV1.NAME:
            return DocumentWaitingV1(**{name: values[name] for name in DocumentWaitingV1.__slots__})
        case NoticeDueV1.NAME:
            return NoticeDueV1(**{name: values[name] for name in NoticeDueV1.__slots__})
        case UsageRecordedV1.NAME:
            return UsageRecordedV1(events=tuple((str(turn_id), int(attempt)) for turn_id, attempt in values["events"]))
        case name:
            message = f"unknown event {name!r}"
            raise EventUnreadableError(message)
