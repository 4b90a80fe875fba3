"""What a refused, suspect, missing or unreadable key does to turns, and turns to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.key_states import KeyState
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import NO_USAGE, UsageKind
from shared.queue.routes import VALIDATE_KEY
from tests.integration.completion.bench import Bench, sim_key

REFUSALS = [
    ("gpt-5-mini", "openai", "invalid_api_key", ErrorType.KEY_REFUSED, 401),
    ("claude-haiku-4-5", "anthropic", "invalid_api_key", ErrorType.KEY_REFUSED, 401),
    ("gpt-5-mini", "openai", "insufficient_quota", ErrorType.QUOTA_EXHAUSTED, 429),
]


@pytest.mark.parametrize(("model", "provider", "scenario", "error", "status"), REFUSALS)
async def test_a_refused_key_fails_the_turn_at_once_becomes_suspect_and_is_rung(
    bench: Bench,
    model: str,
    provider: str,
    scenario: str,
    error: ErrorType,
    status: int,
) -> None:
    key_id = await bench.add_key(provider, sim_key(provider, scenario))

    turn = await bench.answer(model)

    assert turn.status is TurnStatus.FAILED
    assert turn.error is not None
    assert (turn.error.type, turn.error.provider_status) == (error, status)
    assert (turn.usage, turn.usage_kind) == (NO_USAGE, UsageKind.EXACT)
    assert (await bench.key(key_id)).state is KeyState.SUSPECT
    (event,) = await bench.until_rung(VALIDATE_KEY)
    assert (event["key_id"], event["model"], event["error_type"]) == (str(key_id), model, error.value)
    assert len(bench.simulator.calls) == 1


async def test_on_a_suspect_key_a_waiting_caller_fails_fast_and_another_waits_for_the_verdict(bench: Bench) -> None:
    key_id = await bench.add_key("openai", sim_key("openai", "invalid_api_key"))
    await bench.answer("gpt-5-mini")
    bot_id = await bench.add_bot("gpt-5-mini")

    hasty = await bench.ended(await bench.ask(bot_id, "Now!", "gpt-5-mini"))
    patient_id = await bench.ask(bot_id, "Any time.", "gpt-5-mini", door=Door.ASYNC, deadline_seconds=86_400.0)
    await bench.until(patient_id, TurnStatus.WAITING)

    assert hasty.error is not None
    assert hasty.error.type == ErrorType.KEY_UNUSABLE
    (row,) = await bench.sql("SELECT waits_for_key FROM turns WHERE id = :id", id=patient_id)
    assert row.waits_for_key == key_id
    assert len(bench.simulator.calls) == 1


async def test_a_suspect_key_without_a_verdict_is_probed_by_one_live_turn_that_clears_it(bench: Bench) -> None:
    key_id = await _long_suspect(bench, sim_key("openai"))

    turn = await bench.answer("gpt-5-mini")

    assert turn.status is TurnStatus.COMPLETED
    key = await bench.key(key_id)
    assert key.state is KeyState.ACTIVE
    assert key.verdict_seq > 0


async def test_a_live_probe_that_is_refused_is_the_keys_verdict(bench: Bench) -> None:
    key_id = await _long_suspect(bench, sim_key("openai", "invalid_api_key"))

    turn = await bench.answer("gpt-5-mini")

    assert turn.error is not None
    assert turn.error.type == ErrorType.KEY_REFUSED
    key = await bench.key(key_id)
    assert key.state is KeyState.INVALID
    assert "refused" in (key.standing.reason or "")


async def test_a_turn_on_an_invalid_key_fails_with_the_keys_own_reason_and_no_call(bench: Bench) -> None:
    key_id = await bench.add_key("openai", sim_key("openai"))
    await bench.sql("UPDATE provider_keys SET state = 'invalid', reason = 'It was revoked.' WHERE id = :id", id=key_id)

    turn = await bench.answer("gpt-5-mini")

    assert turn.error is not None
    assert (turn.error.type, turn.error.reason) == (ErrorType.KEY_UNUSABLE, "It was revoked.")
    assert not bench.simulator.calls


async def test_a_key_that_no_master_key_opens_is_taken_out_of_service(bench: Bench) -> None:
    key_id = await bench.add_key("openai", sim_key("openai"), sealed=b"sealed-by-nobody")

    turn = await bench.answer("gpt-5-mini")

    assert turn.error is not None
    assert turn.error.type == ErrorType.KEY_UNUSABLE
    assert "cannot be decrypted" in turn.error.reason
    assert (await bench.key(key_id)).state is KeyState.CANNOT_DECRYPT
    assert not bench.simulator.calls


async def test_without_a_key_the_turn_fails_with_no_key(bench: Bench) -> None:
    turn = await bench.answer("gpt-5-mini")
    assert turn.error is not None
    assert turn.error.type == ErrorType.NO_KEY


async def test_a_bot_with_a_key_of_its_own_uses_that_one_and_no_other(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", mark="1"))
    own = await bench.add_key("openai", sim_key("openai", mark="2"))
    bot_id = await bench.add_bot("gpt-5-mini", key_id=own)

    await bench.ended(await bench.ask(bot_id, "Hello", "gpt-5-mini"))

    assert [call.key for call in bench.simulator.calls] == [sim_key("openai", mark="2")]


async def _long_suspect(bench: Bench, key: str) -> UUID:
    key_id = await bench.add_key("openai", key)
    since = datetime.now(UTC) - timedelta(minutes=1)
    await bench.sql(
        "UPDATE provider_keys SET state = 'suspect', suspect_since = :since WHERE id = :id",
        since=since,
        id=key_id,
    )
    return key_id
