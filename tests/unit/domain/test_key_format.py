"""Keys as people paste them."""

from __future__ import annotations

import pytest

from shared.domain.key_format import default_label, mask_key, problem_with_key, trim_key
from shared.domain.secret import Secret

KEY = "sk-proj-" + "a" * 30 + "7xA2"


@pytest.mark.parametrize(
    "pasted",
    [f"  {KEY}\n", f'"{KEY}"', f"'{KEY}'", f"OPENAI_API_KEY={KEY}", f'export OPENAI_API_KEY="{KEY}"', f"Bearer {KEY}"],
)
def test_what_pasting_brings_along_is_trimmed(pasted: str) -> None:
    assert trim_key(pasted) == KEY


@pytest.mark.parametrize(
    ("text", "provider", "word"),
    [
        ("", "openai", "empty"),
        ("sk-" + "a" * 600, "openai", "longer"),
        ("sk-a b", "openai", "spaces"),
        ("sk-a\x07b", "openai", "control"),
        ("sk-ключ", "openai", "non-ASCII"),
        ("sk-admin-" + "a" * 30, "openai", "admin key"),
        ("sk-ant-admin01-" + "a" * 30, "anthropic", "admin key"),
        ("sk-ant-oat01-" + "a" * 30, "anthropic", "OAuth"),
        ("sk-ant-api03-" + "a" * 30, "openai", "Anthropic key"),
        ("sk-proj-" + "a" * 30, "anthropic", "sk-ant-"),
        ("key-" + "a" * 30, "openai", "sk-"),
        ("sk-" + "a" * 30, "google", "provider must be"),
    ],
)
def test_a_text_that_cannot_be_the_providers_key_is_refused_in_a_sentence(text: str, provider: str, word: str) -> None:
    problem = problem_with_key(text, provider)

    assert problem is not None
    assert word in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(("text", "provider"), [(KEY, "openai"), ("sk-ant-api03-" + "b" * 40, "anthropic")])
def test_an_ordinary_key_is_fine(text: str, provider: str) -> None:
    assert problem_with_key(text, provider) is None


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("sk-ant-api03-" + "q" * 40 + "7xA2", "sk-ant-api03-••••••••7xA2"),
        (KEY, "sk-proj-••••••••7xA2"),
        ("sk-svcacct-" + "q" * 20 + "wxyz", "sk-svcacct-••••••••wxyz"),
        ("sk-" + "q" * 20 + "wxyz", "sk-••••••••wxyz"),
        ("sk-tiny", "sk-••••••••"),
    ],
)
def test_a_mask_shows_the_public_prefix_and_the_last_four(text: str, mask: str) -> None:
    assert mask_key(Secret(text)) == mask


def test_a_key_without_a_label_is_called_by_its_provider_with_the_first_number_that_is_free() -> None:
    labels = [default_label("openai", taken) for taken in ((), ("OpenAI",), ("OpenAI", "OpenAI 2"), ("Anthropic",))]
    assert labels == ["OpenAI", "OpenAI 2", "OpenAI 3", "OpenAI"]
