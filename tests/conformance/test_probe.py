"""A probe tells a working key from a refused one, and from a provider that told nothing."""

from __future__ import annotations

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.key_rules import key_rule
from shared.domain.key_states import KeyState
from shared.domain.secret import Secret
from shared.providers.port import Credential, ProbeAccepted, ProbeInconclusive, ProbeRefused, ProbeResult
from tests.conformance.asking import CATALOGUE, PROVIDERS, Room, key_of, model_of

REFUSED = {
    "openai": ("invalid_api_key", "insufficient_quota", "missing_scopes", "unsupported_country", "billing_not_active"),
    "anthropic": ("invalid_api_key", "credit_balance", "permission_error", "region_block", "identity_linked"),
}
INCONCLUSIVE = ("server_error", "bad_gateway_page", "refused_connection", "garbage", "redirect")


async def probe(room: Room, provider: str, words: str, timeout_seconds: float = 10.0) -> ProbeResult:
    """Probe a key that spells these words."""
    credential = Credential(Secret(key_of(provider, words)))
    return await room.providers[provider].probe(credential, CATALOGUE.of_provider(provider), timeout_seconds)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_working_key_is_accepted_on_the_cheapest_model(room: Room, provider: str) -> None:
    result = await probe(room, provider, "ok")

    assert isinstance(result, ProbeAccepted)
    assert result.model == model_of(provider).id
    assert result.models


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_key_that_may_not_list_models_is_accepted_all_the_same(room: Room, provider: str) -> None:
    result = await probe(room, provider, "no_model_list")

    assert isinstance(result, ProbeAccepted)
    assert result.models is None


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_missing_model_lets_the_next_one_be_asked(room: Room, provider: str) -> None:
    cheapest, dearer = CATALOGUE.of_provider(provider)
    room.simulator.set_behaviour(key_of(provider, "ok"), missing_models=(cheapest.wire_id,))

    result = await probe(room, provider, "ok")

    assert isinstance(result, ProbeAccepted)
    assert result.model == dearer.id
    assert {name: failure.error for name, failure in result.blocked.items()} == {
        cheapest.id: ErrorType.MODEL_UNAVAILABLE
    }


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_no_key_is_refused_because_all_models_are_gone(room: Room, provider: str) -> None:
    result = await probe(room, provider, "model_not_found")

    assert isinstance(result, ProbeAccepted)
    assert result.model is None
    assert set(result.blocked) == {model.id for model in CATALOGUE.of_provider(provider)}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_rate_limit_proves_that_the_key_is_good(room: Room, provider: str) -> None:
    result = await probe(room, provider, "rate_limit_requests")

    assert isinstance(result, ProbeAccepted)
    assert (result.model, result.blocked) == (model_of(provider).id, {})


@pytest.mark.parametrize(("provider", "scenario"), [(name, each) for name in PROVIDERS for each in REFUSED[name]])
async def test_an_error_that_accuses_the_key_refuses_it(room: Room, provider: str, scenario: str) -> None:
    result = await probe(room, provider, scenario)

    assert isinstance(result, ProbeRefused)
    assert key_rule(result.failure.error, result.failure.status).after_probe not in (None, KeyState.ACTIVE)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("scenario", INCONCLUSIVE)
async def test_any_other_error_says_nothing_about_the_key(room: Room, provider: str, scenario: str) -> None:
    assert isinstance(await probe(room, provider, scenario), ProbeInconclusive)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_probe_ends_in_its_time(room: Room, provider: str) -> None:
    result = await probe(room, provider, "hang", timeout_seconds=0.2)

    assert isinstance(result, ProbeInconclusive)
    assert result.failure.error is ErrorType.TIMEOUT
