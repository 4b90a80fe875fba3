"""The sentences for the bot's owner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.key_rules import KEY_RULES
from shared.domain.reasons import reason_of_failure

AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize("provider", ["openai", "mevichat"])
@pytest.mark.parametrize("error", list(ErrorType))
def test_every_error_has_a_sentence_without_gaps(error: ErrorType, provider: str) -> None:
    sentence = reason_of_failure(error, provider=provider, at=AT, status=500)

    assert sentence.endswith(".")
    assert "{" not in sentence


def test_a_refused_key_is_explained_with_provider_instant_status_and_code() -> None:
    sentence = reason_of_failure(
        ErrorType.KEY_REFUSED,
        provider="openai",
        at=AT,
        status=401,
        type="invalid_request_error",
        code="invalid_api_key",
    )

    assert sentence.startswith("The workspace's OpenAI key was refused on 23 Nov 2026 14:02 UTC")
    assert "(401 invalid_api_key)" in sentence


@pytest.mark.parametrize("error", list(KEY_RULES))
def test_what_goes_wrong_at_minis_server_is_no_matter_of_the_workspaces_key_or_account(error: ErrorType) -> None:
    sentence = reason_of_failure(error, provider="mevichat", at=AT)

    assert "workspace's key" not in sentence
    assert "account" not in sentence


def test_a_code_that_is_free_text_is_not_shown() -> None:
    sentence = reason_of_failure(ErrorType.UNKNOWN, provider="openai", at=AT, code="Incorrect API key: sk-abc")

    assert "sk-abc" not in sentence
