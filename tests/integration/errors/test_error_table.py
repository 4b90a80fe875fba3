"""Every provider error through every door: whole, streamed, the validator, save, re-test and rotate, as the table says."""

from __future__ import annotations

import asyncio

import pytest
import redis
import uvloop

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from infra.simulator.scenario import load_scenarios
from shared.domain.error_types import APOLOGY, ErrorType
from shared.domain.key_format import DISPLAY_NAMES
from tests.integration.errors.drive import MARK, Evidence, Failed, Met, drive, provider_texts
from tests.integration.errors.rows import TABLE, Row
from tests.servers import fresh_database

CASES = [(provider, scenario) for provider, table in TABLE.items() for scenario in table]
EVERY_ROW = pytest.mark.parametrize(("provider", "scenario"), CASES)
REFUSED, UNVERIFIED = 422, 502
NAMELESS = (ErrorType.CONTEXT_TOO_LONG, ErrorType.MODEL_RETIRED)
"""Errors whose reason speaks of the conversation or the model, not of the provider."""


@pytest.fixture(scope="module")
def evidence(postgres_server: EmbeddedPostgres, redis_server: EmbeddedRedis) -> Evidence:
    """Drive all scenarios through one product; every test reads of it what its row speaks of."""

    async def run() -> Evidence:
        async with fresh_database(postgres_server.url) as database_url:
            return await drive(database_url, redis_server.url)

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


@pytest.mark.parametrize("provider", TABLE)
def test_the_table_has_a_row_for_every_scenario(provider: str) -> None:
    assert set(TABLE[provider]) == set(load_scenarios()[provider])


@EVERY_ROW
def test_the_caller_reads_the_apology_and_the_owner_a_reason_of_ours(
    evidence: Evidence, provider: str, scenario: str
) -> None:
    row, met = _case(evidence, provider, scenario)

    _check_turn(met.whole, row.whole, provider)
    _check_turn(met.streamed, row.streamed, provider)
    if row.whole is not None:
        assert met.whole.text == APOLOGY


@EVERY_ROW
def test_the_turn_keeps_what_support_needs_and_shows_what_its_caller_read(
    evidence: Evidence, provider: str, scenario: str
) -> None:
    row, met = _case(evidence, provider, scenario)
    sent = load_scenarios()[provider][scenario]

    for read in (met.whole, met.streamed):
        assert (read.turn["status"], read.turn["error"]) == (read.turn_status, read.error)
        assert read.turn["provider"] == provider
    if row.whole is not None and sent.body is not None:
        assert met.whole.error is not None
        assert f"({sent.status}" in met.whole.error["reason"]
        assert bool(met.whole.facts["provider_request_id"]) is not sent.bare


@EVERY_ROW
def test_the_key_ends_in_the_rows_state_and_the_next_turn_reads_its_reason(
    evidence: Evidence, provider: str, scenario: str
) -> None:
    row, met = _case(evidence, provider, scenario)

    for key in (met.whole.key, met.streamed.key):
        assert (key["state"], key["usable"]) == (row.state, row.state.is_usable)
        if row.state.is_usable:
            assert key["reason"] is None
        else:
            assert DISPLAY_NAMES[provider] in key["reason"]
            assert key["reason_code"] == row.whole
    if not row.state.is_usable:
        assert met.again is not None
        assert (met.again["type"], met.again["reason"]) == ("key_unusable", met.whole.key["reason"])


@EVERY_ROW
def test_a_key_that_meets_it_is_saved_refused_or_not_verified(evidence: Evidence, provider: str, scenario: str) -> None:
    row, met = _case(evidence, provider, scenario)
    status, body = met.saved

    assert status == row.save
    assert met.kept_by_save == (1 if row.save == 201 else 0)
    if row.save == REFUSED:
        assert body["error"]["code"] == row.whole
        assert body["error"]["provider"] == provider
        assert body["error"]["provider_status"] == load_scenarios()[provider][scenario].status
        assert body["error"]["message"].startswith("Invalid API key") is (row.whole is ErrorType.KEY_REFUSED)
    elif row.save == UNVERIFIED:
        assert body["error"]["code"] == "could_not_verify"
        assert "Nothing was saved" in body["error"]["message"]


@EVERY_ROW
def test_a_re_test_and_a_rotation_meet_the_same_probe(evidence: Evidence, provider: str, scenario: str) -> None:
    row, met = _case(evidence, provider, scenario)
    tested, rotated = met.tested[0], met.rotated[0]

    # a refusal that nobody can name takes a kept key out of service, and says of a new one only that it is not verified
    assert tested == (UNVERIFIED if row.save == UNVERIFIED and row.state.is_usable else 200)
    assert met.key_at_last["state"] == row.state
    assert rotated == (200 if row.save == 201 else row.save)


@pytest.mark.parametrize("place", ["an answer", "a row", "a log"])
def test_no_provider_text_and_no_part_of_a_key_is_in(evidence: Evidence, place: str) -> None:
    texts = evidence.places[place]
    assert texts
    for forbidden in (*provider_texts(), MARK, "****"):
        found = [each for each in texts if forbidden in each]
        assert not found, f"{forbidden!r} is in {place}: {found[0][:300]}"


def test_the_logs_were_read(evidence: Evidence) -> None:
    assert any("key_verdict" in line for line in evidence.places["a log"])


def _case(evidence: Evidence, provider: str, scenario: str) -> tuple[Row, Met]:
    return TABLE[provider][scenario], evidence.met[provider, scenario]


def _check_turn(read: Failed, error: ErrorType | None, provider: str) -> None:
    assert read.status == 200
    if error is None:
        assert (read.turn_status, read.error) == ("completed", None)
        assert APOLOGY not in read.text
        return
    assert read.error is not None
    assert (read.turn_status, read.error["type"]) in {("failed", each) for each in _names_of(error)}
    assert read.text == APOLOGY or read.text.endswith(f"\n{APOLOGY}")
    assert DISPLAY_NAMES[provider] in read.error["reason"] or read.error["type"] in NAMELESS
    assert read.error["retryable"] is ErrorType(read.error["type"]).is_retryable


def _names_of(error: ErrorType) -> set[ErrorType]:
    """Return what the error may be called: once a model's end is announced, a missing one has ended; days pass."""
    return {error, ErrorType.MODEL_RETIRED} if error is ErrorType.MODEL_UNAVAILABLE else {error}
