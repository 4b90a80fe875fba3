"""Whose failed attempts are counted together, and where a login may lead."""

from __future__ import annotations

import pytest

from services.dashboard.signing_in.attempts import is_too_often, subjects_of
from services.dashboard.signing_in.cookie import csrf_token, is_csrf_token, local_path


def test_an_attempt_by_password_counts_for_the_account_and_the_address_and_one_by_token_for_the_address() -> None:
    both, address = subjects_of("10.0.0.7", "a@example.com"), subjects_of("10.0.0.7", None)

    assert sorted(both.values()) == [5, 30]
    assert list(address.values()) == [30]
    assert set(address) < set(both)


def test_addresses_of_one_network_of_ipv6_count_together_and_those_of_ipv4_apart() -> None:
    assert subjects_of("2001:db8:1:2::1", None) == subjects_of("2001:db8:1:2:ffff::9", None)
    assert subjects_of("2001:db8:1:2::1", None) != subjects_of("2001:db8:1:3::1", None)
    assert subjects_of("10.0.0.7", None) != subjects_of("10.0.0.8", None)
    assert subjects_of("::ffff:10.0.0.7", None) != subjects_of("::ffff:10.0.0.8", None)
    assert subjects_of("unknown", None) != subjects_of("10.0.0.7", None)


def test_the_attempt_after_the_last_allowed_one_is_too_many() -> None:
    assert not is_too_often({b"a": 5, b"b": 30}, {b"a": 5, b"b": 30})
    assert is_too_often({b"a": 6, b"b": 1}, {b"a": 5, b"b": 30})


@pytest.mark.parametrize("target", ["/keys", "/usage?from=2026-01-01&bot=x", "/a//b", "/?next=//evil.example"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [None, "", "keys", "//evil.example", "/\\evil.example", "/\n/evil.example", "https://evil.example", "/login"],
)
def test_anything_else_leads_to_the_first_page(target: str | None) -> None:
    assert local_path(target) == "/"


def test_a_form_token_belongs_to_one_session() -> None:
    assert is_csrf_token(csrf_token("one"), "one")
    assert not is_csrf_token(csrf_token("one"), "two")
    assert not is_csrf_token("", "one")
    assert not is_csrf_token("ü", "one")
