"""Where and as whom a key may be used."""

from __future__ import annotations

import pytest

from shared.domain.key_address import REGIONS, problems_with_address


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        ("openai", {}),
        ("openai", {"region": None, "organization": None}),
        ("openai", {"organization": "org-Ab12", "project": "proj_x_9"}),
        ("anthropic", {"anthropic_workspace_id": "wrkspc_01Ab"}),
        *[(provider, {"region": region}) for provider, regions in REGIONS.items() for region in regions],
        ("google", {"region": "mars"}),
    ],
)
def test_what_the_provider_knows_is_taken(provider: str, fields: dict[str, str | None]) -> None:
    assert problems_with_address(provider, fields) == {}


@pytest.mark.parametrize(
    ("provider", "fields", "param", "word"),
    [
        ("openai", {"region": "global"}, "region", "us, eu, ae, au, in, jp"),
        ("openai", {"region": "https://evil.example/v1"}, "region", "choose one"),
        ("openai", {"region": ""}, "region", "choose one"),
        ("anthropic", {"region": "eu"}, "region", "global, us"),
        ("openai", {"organization": "acme"}, "organization", "org-..."),
        ("openai", {"organization": "org-a\nb"}, "organization", "org-..."),
        ("openai", {"project": "proj_a/b"}, "project", "proj_..."),
        ("anthropic", {"anthropic_workspace_id": "wrkspc_"}, "anthropic_workspace_id", "wrkspc_..."),
        ("anthropic", {"organization": "org-Ab12"}, "organization", "belongs to OpenAI"),
        ("anthropic", {"project": "proj_x"}, "project", "belongs to OpenAI"),
        ("openai", {"anthropic_workspace_id": "wrkspc_01"}, "anthropic_workspace_id", "belongs to Anthropic"),
    ],
)
def test_anything_else_names_its_field_and_the_fix(
    provider: str, fields: dict[str, str | None], param: str, word: str
) -> None:
    problems = problems_with_address(provider, fields)

    assert list(problems) == [param]
    assert word in problems[param]
    assert problems[param].endswith(".")


def test_every_field_that_is_wrong_is_named() -> None:
    fields = {"region": "mars", "organization": "acme", "project": "proj_x", "anthropic_workspace_id": "wrkspc_1"}
    assert list(problems_with_address("openai", fields)) == ["region", "organization", "anthropic_workspace_id"]
