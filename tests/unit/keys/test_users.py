"""Which bots run on a key."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.domain.catalogue import load_catalogue
from shared.keys.users import bots_on_key
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import NO_ADDRESS, KeyRow, Standing

WORKSPACE, KEY, OTHER, BOT = (UUID(int=number) for number in range(1, 5))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CATALOGUE = load_catalogue()


def key(*, is_default: bool) -> KeyRow:
    return KeyRow(
        key_id=KEY,
        workspace_id=WORKSPACE,
        provider="openai",
        label="Main",
        mask="m",
        sealed=b"s",
        version=1,
        verdict_seq=0,
        standing=Standing(),
        address=NO_ADDRESS,
        is_default=is_default,
        checked_at=None,
        last_used_at=None,
        created_at=NOW,
        rotated_at=NOW,
        suspect_since=None,
        suspect_model=None,
        suspect_error=None,
        calm_until=None,
    )


@pytest.mark.parametrize(
    ("model", "named", "is_default", "runs_on_it"),
    [
        ("gpt-5", KEY, False, True),
        ("mevichat:mini", KEY, False, True),
        ("gpt-5", None, True, True),
        ("gpt-5", None, False, False),
        ("gpt-5", OTHER, True, False),
        ("claude-haiku-4-5", None, True, False),
        ("gone-from-the-catalogue", None, True, False),
    ],
)
def test_a_bot_runs_on_the_key_it_names_or_on_its_providers_default(
    model: str, named: UUID | None, is_default: bool, runs_on_it: bool
) -> None:
    bot = BotRow(BOT, WORKSPACE, "Shop", model, None, named, NOW)
    assert bots_on_key(key(is_default=is_default), [bot], CATALOGUE) == ([bot] if runs_on_it else [])
