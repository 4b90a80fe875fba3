from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, dictionaries, floats, integers, sampled_from, text, timezones

from shared.providers.rate_limits import (
    Exhausted,
    RateLimits,
    parse_duration,
    read_anthropic_limits,
    read_openai_limits,
    seconds_until,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
OPENAI = [f"x-ratelimit-{what}-{of}" for what in ("limit", "remaining", "reset") for of in ("requests", "tokens")]
ANTHROPIC = [
    f"anthropic-ratelimit-{of}-{what}"
    for what in ("limit", "remaining", "reset")
    for of in ("requests", "tokens", "input-tokens", "output-tokens")
]


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("6ms", 0.006), ("1m0s", 60.0), ("1.5s", 1.5), ("2h3m4s", 7384.0), ("1d", 86400.0), ("4m", 240.0), ("0s", 0.0)],
)
def test_a_duration_is_read_as_openai_writes_it(duration: str, seconds: float) -> None:
    assert parse_duration(duration) == pytest.approx(seconds)


@pytest.mark.parametrize("nonsense", ["", "soon", "6", "-6ms", "1s1m", "6 ms", "1e3s", "٣s"])
def test_another_text_is_no_duration(nonsense: str) -> None:
    assert parse_duration(nonsense) is None


@given(integers(0, 99), integers(0, 59), integers(0, 59), integers(0, 999))
def test_every_duration_comes_back_as_it_was_written(hours: int, minutes: int, seconds: int, ms: int) -> None:
    written = f"{hours}h{minutes}m{seconds}s{ms}ms"
    assert parse_duration(written) == pytest.approx(hours * 3600 + minutes * 60 + seconds + ms / 1000)


@given(floats(0, 1e6), datetimes(timezones=timezones(), min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_an_instant_is_read_as_anthropic_writes_it(seconds: float, now: datetime) -> None:
    written = (now.astimezone(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    assert seconds_until(written, now) == pytest.approx(seconds, abs=0.001)


def test_a_past_instant_is_no_wait_and_another_text_is_no_instant() -> None:
    assert seconds_until("2026-01-01T00:00:00Z", NOW) == 0.0
    assert seconds_until("2026-11-01T12:00:07", NOW) == 7.0
    assert seconds_until("tomorrow", NOW) is None


def test_with_something_left_there_is_nothing_to_heed() -> None:
    assert read_openai_limits({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "1m0s"}) is None
    assert read_openai_limits({}) is None
    assert read_anthropic_limits({"anthropic-ratelimit-requests-remaining": "1"}, NOW) is None


def test_openais_exhausted_limits_are_read_with_when_they_are_whole_again() -> None:
    headers = {
        "x-ratelimit-limit-requests": "3",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1m0s",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6s",
    }
    assert read_openai_limits(headers) == RateLimits((Exhausted(3, 60.0), Exhausted(30_000, 6.0)))


def test_anthropics_exhausted_limits_are_read_with_when_they_are_whole_again() -> None:
    headers = {
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-01T12:00:30Z",
    }
    assert read_anthropic_limits(headers, NOW) == RateLimits((Exhausted(8000, 30.0),))


def test_a_pause_lasts_until_one_call_is_possible_again_not_until_the_limit_is_whole() -> None:
    assert Exhausted(limit=3, reset_seconds=60.0).pause_seconds == 20.0
    assert Exhausted(limit=30_000, reset_seconds=60.0).pause_seconds == 1.0
    assert Exhausted(limit=0, reset_seconds=5.0).pause_seconds == 5.0
    assert RateLimits((Exhausted(3, 60.0), Exhausted(600, 6.0))).pause_seconds == 20.0


@given(dictionaries(sampled_from(OPENAI + ANTHROPIC), text() | sampled_from(["0", "1m0s", "2026-11-01T12:00:30Z"])))
def test_whatever_the_headers_say_it_is_read_without_an_error(headers: dict[str, str]) -> None:
    for limits in (read_openai_limits(headers), read_anthropic_limits(headers, NOW)):
        assert limits is None or limits.pause_seconds > 0
