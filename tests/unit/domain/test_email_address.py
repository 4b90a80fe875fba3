"""Which e-mail addresses a workspace may set."""

from __future__ import annotations

import pytest

from shared.domain.email_address import problem_with_email


@pytest.mark.parametrize("address", ["alerts@example.com", "a.b+c=d@mail.example.co.uk"])
def test_an_ordinary_address_is_one(address: str) -> None:
    assert problem_with_email(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alerts",
        "a@b",
        "a@example.com,b@example.com",
        "A <a@example.com>",
        "a@example.com\r\nBcc: b@example.com",
        "=?utf-8?q?a=0D=0ABcc=3A_z?=@example.com",  # decodes to a line break and a second recipient
        "=?utf-8?q?x=40evil.com?=@example.com",  # decodes to somebody else's address
        "a" * 65 + "@example.com",
    ],
)
def test_what_is_a_list_a_name_or_hides_another_address_is_refused(address: str) -> None:
    assert problem_with_email(address) == "email must be one address, as in alerts@example.com."
