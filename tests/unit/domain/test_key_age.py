"""When a key's text is due for rotation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.key_age import is_due_for_rotation

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "is_due"),
    [
        (timedelta(0), False),
        (timedelta(days=90), False),
        (timedelta(days=90, seconds=1), True),
        (timedelta(days=400), True),
    ],
)
def test_a_text_is_due_once_it_is_older_than_the_days(age: timedelta, is_due: bool) -> None:
    assert is_due_for_rotation(NOW - age, now=NOW, rotation_days=90) is is_due


def test_the_days_are_the_installations_choice() -> None:
    assert is_due_for_rotation(NOW - timedelta(days=31), now=NOW, rotation_days=30)
