"""Settings that are typed wrong: all are told at once, by name, and never with their values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.setting_pairs import PAIRS, Pair
from shared.settings import PREFIX, Settings, SettingsError, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
NAME = re.compile(r"MEVICHAT_[A-Z_]+[A-Z]")
POSTGRES = [
    "postgresql://mevichat:secret@db.example:5432/mevichat",
    "postgres://db.example/mevichat",
    "postgresql+asyncpg://mevichat:p/w#d?x@db.example/mevichat",
    "postgresql://mevichat@[::1]:5432/mevichat",
    "postgresql:///mevichat?host=/var/run/postgresql",
    "postgresql://db.example/mevichat?ssl=require",
]
REDIS = [
    "redis://:secret@cache.example:6379/0",
    "rediss://cache.example",
    "redis://[::1]:6379/1",
    "unix:///run/redis.sock?db=1",
]
NO_POSTGRES = ["", "foo", "secret", "mysql://secret@h/x", "postgresql://h:secret/x", "postgresql://h:70000/x"]
NO_REDIS = ["", "bar", "http://secret", "redis://h:secret", "redis://h:99999", "unix://"]


def problems(monkeypatch: pytest.MonkeyPatch, **values: object) -> tuple[str, ...]:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name.upper(), str(value))
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


@pytest.mark.parametrize("address", POSTGRES)
def test_an_address_of_postgresql_is_taken_in_all_its_forms(address: str) -> None:
    assert Settings(database_url=address).database_url == address


@pytest.mark.parametrize("address", REDIS)
def test_an_address_of_redis_is_taken_in_all_its_forms(address: str) -> None:
    assert Settings(redis_url=address).redis_url == address


@pytest.mark.parametrize("address", NO_POSTGRES)
def test_what_is_no_address_of_postgresql_is_named_with_its_form(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = problems(monkeypatch, database_url=address)
    assert said.startswith("MEVICHAT_DATABASE_URL must be an address like postgresql://user:password@host:5432/name.")
    assert "secret" not in said


def test_an_option_of_other_drivers_is_named_with_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = problems(monkeypatch, database_url="postgresql://db.example/mevichat?sslmode=require")
    assert said.startswith("MEVICHAT_DATABASE_URL may have host, passfile, port, ssl, target_session_attrs after its ?")
    assert "write ssl=require for sslmode=require." in said


@pytest.mark.parametrize("address", NO_REDIS)
def test_what_is_no_address_of_redis_is_named_with_its_form(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = problems(monkeypatch, redis_url=address)
    assert said.startswith("MEVICHAT_REDIS_URL must be an address like redis://:password@host:6379/0")
    assert "secret" not in said


def test_an_address_is_not_shown_with_the_settings() -> None:
    assert "secret" not in repr(Settings(database_url=POSTGRES[0], redis_url=REDIS[0]))


def test_every_wrong_setting_is_told_and_so_is_one_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"gateway_port": 99999, "concurrency": "abc", "free_slots": -2, "openai_base_url": "foo"}
    said = problems(monkeypatch, **values, log_level="loud", sweep_seconds="nan", concurency=3)
    assert said == (
        "MEVICHAT_CONCURENCY is not a setting; remove it or correct its name (see docs/settings.md).",
        "MEVICHAT_GATEWAY_PORT must be at most 65535. Correct it or remove it to use the default.",
        "MEVICHAT_OPENAI_BASE_URL must start with http:// or https://. Correct it or remove it to use the default.",
        "MEVICHAT_CONCURRENCY must be a whole number. Correct it or remove it to use the default.",
        "MEVICHAT_FREE_SLOTS must be 1 or more. Correct it or remove it to use the default.",
        "MEVICHAT_SWEEP_SECONDS must be a number. Correct it or remove it to use the default.",
        "MEVICHAT_LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'. Correct it or remove it to use the default.",
    )


def test_a_log_level_is_taken_in_capitals_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEVICHAT_LOG_LEVEL", "WARNING")
    assert load_settings().log_level == "warning"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.name}-{pair.other}")
def test_settings_that_harm_each_other_are_refused_by_both_names(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    name, other = PREFIX + pair.name.upper(), PREFIX + pair.other.upper()
    said = problems(monkeypatch, **{pair.name: 1, pair.other: 10_000_000})
    assert any(f"{name} is 1 and must be at least" in one and f"{other}, which is 10000000: " in one for one in said)


def test_a_lease_outlasts_three_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = problems(monkeypatch, lease_seconds=2, renew_seconds=0.9)
    assert said == (
        "MEVICHAT_LEASE_SECONDS is 2 and must be at least three times MEVICHAT_RENEW_SECONDS, which is 0.9: one renewal "
        "that is late would take a turn from its worker, and its call would be paid twice. Change one of them."
    )


@pytest.mark.parametrize(("lease", "renew"), [("15", "5"), ("0.3", "0.1"), ("600", "5")])
def test_a_lease_of_three_renewals_or_more_is_fine(lease: str, renew: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEVICHAT_LEASE_SECONDS", lease)
    monkeypatch.setenv("MEVICHAT_RENEW_SECONDS", renew)
    assert load_settings().lease_seconds == float(lease)


@pytest.mark.parametrize(("lease", "renew", "wrong"), [("2", "soon", "RENEW"), ("soon", "9", "LEASE")])
def test_a_pair_is_not_judged_by_a_setting_that_is_wrong_by_itself(
    lease: str, renew: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = problems(monkeypatch, lease_seconds=lease, renew_seconds=renew, recheck_longest_seconds=3)
    assert [one.split()[0] for one in said] == [f"MEVICHAT_{wrong}_SECONDS", "MEVICHAT_RECHECK_LONGEST_SECONDS"]


def test_a_gateways_health_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = problems(monkeypatch, gateway_port=8080, gateway_health_port=8080)
    assert said.startswith("MEVICHAT_GATEWAY_PORT and MEVICHAT_GATEWAY_HEALTH_PORT are both 8080")


def test_the_defaults_harm_nobody() -> None:
    assert load_settings() == Settings()


def test_the_page_of_settings_names_every_pair() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Settings that need each other")[2]
    rows = {tuple(NAME.findall(line))[:2] for line in page.splitlines() if line.startswith("| `")}
    assert rows == {(PREFIX + pair.name.upper(), PREFIX + pair.other.upper()) for pair in PAIRS}
