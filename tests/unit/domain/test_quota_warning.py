"""A workspace is warned before its messages are used."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.domain.quota_warning import quota_warning

RENEWED = datetime(2030, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(("used", "limit", "warns"), [(0, 5, False), (3, 5, False), (79, 100, False), (4, 5, True)])
def test_the_warning_begins_at_eighty_percent(used: int, limit: int, *, warns: bool) -> None:
    assert (quota_warning(used, limit, RENEWED) is not None) is warns


@pytest.mark.parametrize(
    ("used", "limit", "word"),
    [(4000, 5000, "4000 of this month's 5000 messages are used (80 %)"), (5, 5, "All 5 messages"), (0, 0, "All 0")],
)
def test_the_warning_says_how_much_is_used_and_when_it_is_renewed(used: int, limit: int, word: str) -> None:
    warning = quota_warning(used, limit, RENEWED)

    assert warning is not None
    assert warning.startswith(word)
    assert "01 Feb 2030 (UTC)" in warning
