"""Every scenario of the simulator, whole and streamed, ends as the table says."""

from __future__ import annotations

import pytest

from infra.simulator.scenario import load_scenarios
from shared.domain.error_types import ErrorType
from shared.domain.secret import Secret
from shared.providers.port import Answer, CallFailure, Credential
from tests.conformance.asking import PREFIXES, PROVIDERS, QUESTION, Room, call_of
from tests.conformance.expectations import EXPECTATIONS, expected_of

CASES = [(provider, scenario) for provider, table in EXPECTATIONS.items() for scenario in table]
HANGS = ("hang", "hang_midway")
WORDLESS = ("length",)
EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_table_speaks_of_every_scenario(provider: str) -> None:
    assert set(EXPECTATIONS[provider]) == set(load_scenarios()[provider])


@EVERY_WAY
@pytest.mark.parametrize(("provider", "scenario"), CASES)
async def test_a_scenario_ends_as_the_table_says(room: Room, provider: str, scenario: str, stream: bool) -> None:
    timeout_seconds = 0.3 if scenario in HANGS else 10.0
    result = await room.ask(provider, scenario, stream=stream, timeout_seconds=timeout_seconds)

    expected = expected_of(provider, scenario, stream=stream)
    if expected is None:
        assert isinstance(result, Answer), result
        assert bool(result.text) is (scenario not in WORDLESS)
        assert result.request_id is not None
    else:
        assert isinstance(result, CallFailure), result
        assert result.error is expected
    assert "".join(room.heard) == (result.text if stream else "")
    assert PREFIXES[provider] not in repr(result)


@EVERY_WAY
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_nothing_is_tried_twice_by_itself(room: Room, provider: str, stream: bool) -> None:
    for scenario in ("rate_limit_requests", "server_error", "refused_connection", "broken"):
        await room.ask(provider, scenario, stream=stream)

    assert len(room.simulator.calls) == 4


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_wait_that_the_provider_asks_for_is_handed_on(room: Room, provider: str) -> None:
    result = await room.ask(provider, "rate_limit_requests")

    assert isinstance(result, CallFailure)
    assert result.retry_after_seconds == 1.0


async def test_a_failure_names_the_providers_own_status_type_and_code(room: Room) -> None:
    result = await room.ask("openai", "insufficient_quota")

    assert isinstance(result, CallFailure)
    assert (result.status, result.type, result.code) == (429, "insufficient_quota", "insufficient_quota")
    assert result.request_id == "req_sim00000001"


async def test_an_account_that_may_not_stream_gets_its_answer_whole(room: Room) -> None:
    result = await room.ask("openai", "unverified_organization", stream=True)

    assert isinstance(result, Answer)
    assert QUESTION in result.text
    assert room.heard == [result.text]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("key", ["sk-sim-ok-1\r\nx-evil: 1", "sk-sim-ok 1", "sk-sim-ok\u200b", "sk-sim-ok-\u00e9"])
async def test_a_key_that_no_header_may_hold_never_leaves(room: Room, provider: str, key: str) -> None:
    result = await room.providers[provider].call(call_of(provider, key))

    assert result == CallFailure(ErrorType.KEY_REFUSED)
    assert room.simulator.calls == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("credential", [None, Credential(Secret(""))])
async def test_without_a_key_nothing_is_called(room: Room, provider: str, credential: Credential | None) -> None:
    result = await room.providers[provider].call(call_of(provider, "", credential=credential))

    assert result == CallFailure(ErrorType.NO_KEY)
    assert room.simulator.calls == []
