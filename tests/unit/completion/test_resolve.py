from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.workers.completion.resolve import Resolution, Resolved, Suspected, Unresolved, resolve
from shared.domain.error_types import ErrorType
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.domain.turn_status import Door
from shared.store.turns.rows import ClaimedTurn, KeyUse
from shared.store.workspaces.rows import WorkspaceConfiguration
from tests.unit.completion.making import (
    CATALOGUE,
    KEY_ID,
    NOW,
    make_bot,
    make_configuration,
    make_key,
    make_turn,
)


def decide(turn: ClaimedTurn, configuration: WorkspaceConfiguration | None) -> Resolution:
    return resolve(turn, configuration, CATALOGUE, now=NOW, suspect_patience_seconds=30)


def error_of(resolution: Resolution) -> ErrorType:
    assert isinstance(resolution, Unresolved)
    return ErrorType(resolution.error.type)


def test_the_default_key_of_the_models_provider_is_used() -> None:
    anthropic = make_key(key_id=UUID(int=4), provider="anthropic")
    spare = make_key(key_id=UUID(int=5), is_default=False)
    resolved = decide(make_turn(), make_configuration(anthropic, spare, make_key()))
    assert isinstance(resolved, Resolved)
    assert resolved.key_use == KeyUse(KEY_ID, 1, 0)


def test_a_bots_own_key_is_used_and_never_replaced_by_the_default() -> None:
    own = make_key(key_id=UUID(int=5), is_default=False)
    bot = make_bot(key_id=own.key_id)
    resolved = decide(make_turn(), make_configuration(make_key(), own, bot=bot))
    assert isinstance(resolved, Resolved)
    assert resolved.key == own
    assert error_of(decide(make_turn(), make_configuration(make_key(), bot=bot))) is ErrorType.NO_KEY


def test_a_bots_own_key_of_another_provider_is_no_key_for_the_model() -> None:
    own = make_key(key_id=UUID(int=5), provider="anthropic")
    configuration = make_configuration(make_key(), own, bot=make_bot(key_id=own.key_id))
    assert error_of(decide(make_turn(), configuration)) is ErrorType.NO_KEY


def test_mini_needs_no_key_and_no_plan() -> None:
    resolved = decide(make_turn(model="mevichat:mini"), make_configuration(plan=Plan.FREE))
    assert isinstance(resolved, Resolved)
    assert resolved.key is None


def test_a_model_that_left_the_catalogue_is_retired() -> None:
    assert error_of(decide(make_turn(model="gpt-3"), make_configuration(make_key()))) is ErrorType.MODEL_RETIRED


@pytest.mark.parametrize(("model", "plan"), [("gpt-5-mini", Plan.FREE), ("gpt-5", Plan.PRO)])
def test_a_model_above_the_plan_is_forbidden_whatever_keys_there_are(model: str, plan: Plan) -> None:
    configuration = make_configuration(make_key(), plan=plan)
    assert error_of(decide(make_turn(model=model), configuration)) is ErrorType.PLAN_FORBIDS_MODEL


def test_a_deleted_bot_and_a_vanished_workspace_end_the_turn() -> None:
    elsewhere = make_configuration(make_key(), bot=make_bot(bot_id=UUID(int=77)))
    assert error_of(decide(make_turn(), elsewhere)) is ErrorType.REQUEST_INVALID
    assert error_of(decide(make_turn(), None)) is ErrorType.REQUEST_INVALID


OUT_OF_SERVICE = [state for state in KeyState if not state.is_usable]


@pytest.mark.parametrize("state", OUT_OF_SERVICE)
def test_a_key_out_of_service_fails_the_turn_with_the_keys_own_reason(state: KeyState) -> None:
    resolution = decide(make_turn(), make_configuration(make_key(state, reason="Its owner said so.")))
    assert error_of(resolution) is ErrorType.KEY_UNUSABLE
    assert isinstance(resolution, Unresolved)
    assert resolution.error.reason == "Its owner said so."


def test_a_key_without_its_sealed_text_is_unusable() -> None:
    assert error_of(decide(make_turn(), make_configuration(make_key(sealed=None)))) is ErrorType.KEY_UNUSABLE


@pytest.mark.parametrize("door", list(Door))
@pytest.mark.parametrize(("seconds", "probe_due"), [(10, False), (31, True)])
def test_a_suspect_key_asks_for_patience_and_later_for_a_probe(door: Door, seconds: int, *, probe_due: bool) -> None:
    key = make_key(KeyState.SUSPECT, suspect_since=NOW - timedelta(seconds=seconds))
    suspected = decide(make_turn(door=door), make_configuration(key))
    assert isinstance(suspected, Suspected)
    assert suspected.probe_due is probe_due
    assert suspected.caller_waits is door.has_waiting_caller
