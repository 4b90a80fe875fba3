"""What a notice says is ours, holds no key, and cannot break out of its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson

from services.workers.notices.wording import email_subject, email_text, webhook_body
from shared.domain.key_states import KeyState
from shared.domain.notices import NoticeKind
from shared.store.notices.rows import KeyThen, NoticeRow

KEY = KeyThen(
    key_id=UUID(int=2),
    version=3,
    label="Main",
    provider="openai",
    mask="sk-••••••••abcd",
    state=KeyState.OUT_OF_QUOTA,
    reason_code="quota_exhausted",
    reason="The account had no quota left.",
)
NOTICE = NoticeRow(UUID(int=1), UUID(int=9), NoticeKind.KEY_UNUSABLE, KEY, datetime(2026, 3, 1, 12, tzinfo=UTC))
RECOVERED = replace(
    NOTICE,
    kind=NoticeKind.KEY_RECOVERED,
    key=replace(KEY, state=KeyState.ACTIVE, reason=None, reason_code=None),
)


def test_a_webhook_says_what_happened_to_which_key_and_what_to_do() -> None:
    body = orjson.loads(webhook_body(NOTICE))

    assert (body["type"], body["timestamp"]) == ("key_unusable", "2026-03-01T12:00:00Z")
    assert body["data"]["workspace_id"] == str(UUID(int=9))
    key = body["data"]["key"]
    assert (key["label"], key["version"], key["usable"]) == ("Main", 3, False)
    assert key["reason"] == "The account had no quota left."
    assert "re-test" in key["what_to_do"]


def test_an_email_says_the_same_in_words() -> None:
    assert email_subject(NOTICE) == "The OpenAI key “Main” cannot be used"
    assert "The account had no quota left.\nAdd credit" in email_text(NOTICE)
    assert "01 Mar 2026 12:00 UTC" in email_text(NOTICE)


def test_a_recovery_gives_no_advice() -> None:
    assert email_subject(RECOVERED) == "The OpenAI key “Main” works again"
    assert "Its bots answer again." in email_text(RECOVERED)
    assert orjson.loads(webhook_body(RECOVERED))["data"]["key"]["what_to_do"] is None


def test_a_label_with_line_breaks_stays_one_line() -> None:
    notice = replace(NOTICE, key=replace(KEY, label="a\r\nBcc: all@example.com\x1b\u2028b"))

    assert email_subject(notice) == "The OpenAI key “a Bcc: all@example.com b” cannot be used"


def test_a_test_notice_speaks_of_no_key() -> None:
    notice = replace(NOTICE, kind=NoticeKind.TEST, key=None)

    assert orjson.loads(webhook_body(notice))["data"]["key"] is None
    assert "test" in email_text(notice)
