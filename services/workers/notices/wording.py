"""What a notice says: a webhook's body, an e-mail's subject and text. Pure."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import orjson

from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.notices import NoticeKind, advice_for
from shared.store.notices.rows import KeyThen, NoticeRow

RECOVERED = "Its bots answer again."
TEST_SUBJECT = "Test notice from Mevichat"
TEST_TEXT = "This is a test. Notices about the workspace's provider keys will arrive here."


def webhook_body(notice: NoticeRow) -> bytes:
    """Return the notice as the JSON that is signed and sent: `type`, `timestamp`, `data`."""
    body = {
        "type": notice.kind,
        "timestamp": notice.created_at,
        "data": {"workspace_id": notice.workspace_id, "key": None if notice.key is None else _key_data(notice.key)},
    }
    return orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z)


def email_subject(notice: NoticeRow) -> str:
    """Return one line; a key's label cannot begin another."""
    if notice.key is None:
        return TEST_SUBJECT
    happened = "works again" if notice.kind is NoticeKind.KEY_RECOVERED else "cannot be used"
    return f"{_name(notice.key)} {happened}"


def email_text(notice: NoticeRow) -> str:
    """Return what happened, why, when and what to do about it."""
    if notice.key is None:
        return TEST_TEXT + "\n"
    key, at = notice.key, f"{notice.created_at.astimezone(UTC):%d %b %Y %H:%M} UTC"
    lines = [
        f"{email_subject(notice)}.",
        RECOVERED if notice.kind is NoticeKind.KEY_RECOVERED else key.reason,
        advice_for(key.state),
        "",
        f"Key: {key.mask}, version {key.version}",
        f"State: {key.state}, since {at}",
        f"Workspace: {notice.workspace_id}",
    ]
    return "\n".join(line for line in lines if line is not None) + "\n"


def _key_data(key: KeyThen) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "label": key.label,
        "provider": key.provider,
        "mask": key.mask,
        "version": key.version,
        "state": key.state,
        "usable": key.state.is_usable,
        "reason_code": key.reason_code,
        "reason": key.reason,
        "what_to_do": advice_for(key.state),
    }


def _name(key: KeyThen) -> str:
    label = " ".join("".join(letter if letter.isprintable() else " " for letter in key.label).split())
    return f"The {DISPLAY_NAMES.get(key.provider, key.provider)} key “{label}”"
