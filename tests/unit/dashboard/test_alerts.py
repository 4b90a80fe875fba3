"""Which bots a key's trouble stops."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.dashboard.alerts import bots_on_key
from shared.domain.catalogue import load_catalogue
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import NO_ADDRESS, KeyRow, Standing

AT = datetime(2026, 3, 1, tzinfo=UTC)
WORKSPACE, KEY, OTHER_KEY, BOT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def key(*, is_default: bool) -> KeyRow:
    return KeyRow(
        key_id=KEY,
        workspace_id=WORKSPACE,
        provider="openai",
        label="Main",
        mask="sk-••••",
        sealed=b"s",
        version=1,
        verdict_seq=0,
        standing=Standing(),
        address=NO_ADDRESS,
        is_default=is_default,
        checked_at=None,
        last_used_at=None,
        created_at=AT,
        rotated_at=AT,
        suspect_since=None,
        calm_until=None,
    )


@pytest.mark.parametrize(
    ("model", "key_id", "is_default", "is_stopped"),
    [
        ("gpt-5-mini", KEY, False, True),
        ("gpt-5-mini", OTHER_KEY, True, False),
        ("gpt-5-mini", None, True, True),
        ("gpt-5-mini", None, False, False),
        ("claude-haiku-4-5", None, True, False),
        ("mevichat:mini", None, True, False),
        ("a-model-that-is-gone", None, True, False),
    ],
)
def test_a_key_stops_the_bots_that_name_it_and_as_a_default_those_that_name_none(
    model: str, key_id: UUID | None, *, is_default: bool, is_stopped: bool
) -> None:
    bot = BotRow(BOT, WORKSPACE, "Bot", model, system_prompt=None, key_id=key_id, created_at=AT)

    assert bots_on_key(key(is_default=is_default), [bot], load_catalogue()) == ([str(BOT)] if is_stopped else [])
