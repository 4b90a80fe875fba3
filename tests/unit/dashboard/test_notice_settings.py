"""Which settings a change leads to, and when the webhook's secret is drawn anew."""

from __future__ import annotations

from typing import Any

import pytest

from services.dashboard.api.notice_settings import NoticeSettingsForm, changed_settings
from services.dashboard.body_reading import read_fields
from services.dashboard.errors import AdminError
from shared.store.notices.rows import NoticeSettings

URL = "https://example.com/a"
SET = NoticeSettings(URL, "a@example.com", b"old")


@pytest.mark.parametrize(
    ("before", "body", "after"),
    [
        (NoticeSettings(), {"webhook_url": URL}, NoticeSettings(URL, None, b"new")),
        (NoticeSettings(), {"email": "a@example.com"}, NoticeSettings(None, "a@example.com", None)),
        (SET, {}, SET),
        (SET, {"webhook_url": URL}, SET),
        (SET, {"webhook_url": URL + "b"}, NoticeSettings(URL + "b", "a@example.com", b"new")),
        (SET, {"rotate_secret": True}, NoticeSettings(URL, "a@example.com", b"new")),
        (SET, {"webhook_url": None}, NoticeSettings(None, "a@example.com", None)),
        (SET, {"email": None}, NoticeSettings(URL, None, b"old")),
    ],
)
def test_what_is_absent_stays_and_a_new_url_gets_a_new_secret(
    before: NoticeSettings, body: dict[str, Any], after: NoticeSettings
) -> None:
    assert changed_settings(before, read_fields(body, NoticeSettingsForm), b"new") == after


def test_there_is_no_secret_to_rotate_without_a_webhook() -> None:
    with pytest.raises(AdminError, match="set webhook_url first"):
        changed_settings(SET, read_fields({"webhook_url": None, "rotate_secret": True}, NoticeSettingsForm), b"new")
