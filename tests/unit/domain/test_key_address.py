"""Where and as whom a key may be used."""

from __future__ import annotations

import pytest

from shared.domain.key_address import REGIONS, problem_with_address


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
    assert problem_with_address(provider, fields) is None


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
    problem = problem_with_address(provider, fields)

    assert problem is not None
    assert problem[0] == param
    assert word in problem[1]
    assert problem[1].endswith(".")
