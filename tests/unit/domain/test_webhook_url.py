"""A webhook's URL is refused at save with the reason, in every disguise that names an inner address."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from shared.domain.webhook_url import problem_with_webhook_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://hooks.example.com:8443/a/b?c=d",
        "https://xn--exmple-cua.com/",
        "https://1.1.1.1/hook",
        "https://[2606:4700:4700::1111]:443/",
        "HTTPS://EXAMPLE.COM/",
    ],
)
def test_a_public_https_url_is_fine(url: str) -> None:
    assert problem_with_webhook_url(url) is None


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "is empty"),
        ("http://example.com", "https://"),
        ("ftp://example.com", "https://"),
        ("example.com/hook", "https://"),
        ("https://user:pass@example.com", "user name"),
        ("https://example.com@127.0.0.1/", "user name"),
        ("https://example.com/#part", "fragment"),
        ("https://exa mple.com", "spaces"),
        ("https://example.com\\@127.0.0.1", "backslashes"),
        ("https://exämple.com", "non-ASCII"),
        ("https://example.com/\nHost: x", "spaces"),
        ("https://", "malformed"),
        ("https://example.com:", "malformed"),
        ("https://example.com:0443", "malformed"),
        ("https://example.com:+443", "malformed"),
        ("https://example.com:65536", "malformed"),
        ("https://example.com:80:443", "malformed"),
        ("https://[::1", "no valid URL"),
        ("https://-example.com", "no valid name"),
        ("https://exam%70le.com", "no valid name"),
        ("https://localhost/", "public internet"),
        ("https://localhost./", "public internet"),
        ("https://LOCALHOST/", "public internet"),
        ("https://a.localhost", "public internet"),
        ("https://db.internal", "public internet"),
        ("https://postgres", "public internet"),
        ("https://127.0.0.1/", "public internet"),
        ("https://10.1.2.3:8443/", "public internet"),
        ("https://169.254.169.254/latest", "public internet"),
        ("https://[::1]/", "public internet"),
        ("https://[::ffff:7f00:1]/", "public internet"),
        ("https://[0:0:0:0:0:ffff:127.0.0.1]/", "public internet"),
        ("https://[64:ff9b::7f00:1]/", "public internet"),
        ("https://2130706433/", "number"),
        ("https://0x7f000001/", "number"),
        ("https://0x7f.1/", "number"),
        ("https://127.1/", "number"),
        ("https://0177.0.0.1/", "number"),
        ("https://example.com/" + "a" * 2000, "longer"),
    ],
)
def test_a_url_that_webhooks_may_not_reach_is_refused_with_the_reason(url: str, word: str) -> None:
    problem = problem_with_webhook_url(url)

    assert problem is not None
    assert word in problem
    assert problem.startswith("webhook_url")


def test_a_test_network_takes_http_and_inner_addresses_but_no_malformed_url() -> None:
    assert problem_with_webhook_url("http://127.0.0.1:8099/hook", allow_private=True) is None
    assert problem_with_webhook_url("http://localhost/hook", allow_private=True) is None
    assert problem_with_webhook_url("http://user@localhost/", allow_private=True) is not None


@given(st.text())
def test_any_text_gets_an_answer_and_no_exception(text: str) -> None:
    for url in (text, "https://" + text, "https://example.com:" + text):
        problem_with_webhook_url(url)
