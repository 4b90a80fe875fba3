"""Turns, bots, keys and calls for the pure tests; every value may be changed by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.workers.completion.outcome import Asked
from services.workers.completion.prepare import Prompt
from services.workers.completion.resolve import Resolved
from shared.domain.catalogue import load_catalogue
from shared.domain.chat import ChatMessage
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.domain.turn_status import Door
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyAddress, KeyRow, Standing
from shared.store.turns.rows import ClaimedTurn
from shared.store.workspaces.rows import WorkspaceConfiguration

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CATALOGUE = load_catalogue()
WORKSPACE_ID, BOT_ID, KEY_ID = UUID(int=1), UUID(int=2), UUID(int=3)


def make_turn(**fields: Any) -> ClaimedTurn:
    """Return a claimed turn of GPT-5 mini whose caller waits."""
    turn = ClaimedTurn(
        turn_id=UUID(int=9),
        workspace_id=WORKSPACE_ID,
        bot_id=BOT_ID,
        epoch=1,
        attempt=1,
        retries=0,
        crashes=0,
        model="gpt-5-mini",
        door=Door.WHOLE,
        question="Hello?",
        position=7,
        accepted_at=NOW,
        deadline_at=NOW + timedelta(seconds=120),
        conversation=None,
        end_user=None,
        messages=None,
        parameters={},
        inbox=None,
        claimed_at=NOW,
    )
    return replace(turn, **fields)


def make_bot(**fields: Any) -> BotRow:
    """Return a bot without a key of its own."""
    bot = BotRow(
        bot_id=BOT_ID,
        workspace_id=WORKSPACE_ID,
        name="Bot",
        model="gpt-5-mini",
        system_prompt=None,
        key_id=None,
        created_at=NOW,
    )
    return replace(bot, **fields)


def make_key(state: KeyState = KeyState.ACTIVE, *, reason: str | None = None, **fields: Any) -> KeyRow:
    """Return OpenAI's default key in this state."""
    key = KeyRow(
        key_id=KEY_ID,
        workspace_id=WORKSPACE_ID,
        provider="openai",
        label="Key",
        mask="sk-••••",
        sealed=b"sealed",
        version=1,
        verdict_seq=0,
        standing=Standing(state=state, reason=reason),
        address=KeyAddress(),
        is_default=True,
        checked_at=NOW,
        last_used_at=None,
        created_at=NOW,
        rotated_at=NOW,
        suspect_since=None,
        suspect_model=None,
        suspect_error=None,
        calm_until=None,
    )
    return replace(key, **fields)


def make_configuration(*keys: KeyRow, plan: Plan = Plan.SCALE, bot: BotRow | None = None) -> WorkspaceConfiguration:
    """Return a configuration of one bot and these keys."""
    chosen = bot or make_bot()
    return WorkspaceConfiguration(
        workspace_id=WORKSPACE_ID,
        epoch=1,
        plan=plan,
        bots={chosen.bot_id: chosen},
        keys={key.key_id: key for key in keys},
    )


def make_asked(*, retries: int = 0, question: str = "Hello?", **fields: Any) -> Asked:
    """Return what was asked of GPT-5 mini on an active key."""
    model = CATALOGUE.find("gpt-5-mini")
    assert model is not None
    resolved = Resolved(make_bot(), model, make_key(), Plan.SCALE)
    prompt = Prompt((ChatMessage("user", question),), system=None, passages=())
    return Asked(make_turn(**fields), resolved, prompt, retries)
