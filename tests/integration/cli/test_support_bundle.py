"""`mevichat support-bundle`: what a provider's support desk asks for, and nothing of what was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.version import PRODUCT_VERSION
from tests.integration.cli.commands import Ended, mevichat
from tests.product import Product, running_product

KEY = "sk-sim-ok-" + "s" * 24
ADDRESS = {"organization": "org-acme", "project": "proj_shop"}


async def failed_turn(product: Product) -> str:
    """Let a turn fail at its provider; return its id."""
    workspace = await product.make_workspace()
    body = {"provider": "openai", "key": KEY, **ADDRESS}
    assert (await workspace.admin("POST", "/api/keys", body))[0] == 201
    bot = await workspace.add_bot("gpt-5-mini", system_prompt="Our secret prompt.")
    product.simulator.set_scenario(KEY, "invalid_prompt")
    _, reply = await workspace.ask(
        bot["token"], "What is my diagnosis?", conversation="patient-7", user="jane@example.com"
    )
    assert reply["mevichat"]["status"] == "failed"
    return str(reply["mevichat"]["turn_id"])


def values_of(value: Any) -> list[Any]:
    """Return everything that stands in a JSON value, at any depth."""
    if isinstance(value, dict):
        return [each for part in value.values() for each in values_of(part)]
    return [each for part in value for each in values_of(part)] if isinstance(value, list) else [value]


async def bundle(turn_id: str, *options: str, environment: Mapping[str, str]) -> Ended:
    """Run the command; it must work."""
    ended = await mevichat("support-bundle", turn_id, *options, environment=environment)
    assert ended.code == 0, ended.err
    return ended


async def test_the_bundle_holds_what_support_asks_for_and_nothing_of_the_conversation(
    installation: dict[str, str], database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        turn_id = await failed_turn(product)
        call = product.simulator.calls[-1]

    text = (await bundle(turn_id, environment=installation)).out
    as_json = (await bundle(turn_id, "--json", environment=installation)).out
    found = json.loads(as_json)

    assert found["product"] == f"Mevichat BYOK {PRODUCT_VERSION}"
    assert (found["turn_id"], found["status"]) == (turn_id, "failed")
    assert (found["provider"], found["model"]) == ("openai", call.model)
    assert (found["organization"], found["project"]) == ("org-acme", "proj_shop")
    assert found["error"] == {
        "type": "content_refused",
        "provider_status": 400,
        "provider_type": "invalid_request_error",
        "provider_code": "invalid_prompt",
    }
    (attempt,) = found["attempts"]
    assert attempt["provider_request_id"] == call.request_id != ""
    assert attempt["call_ms"] >= 0
    for name in ("accepted_at", "started_at", "ended_at"):
        assert found[name].endswith("Z")
    for value in values_of(found):
        assert value is None or str(value).replace("T", " ").removesuffix("Z") in text
    for said in ("diagnosis", "patient-7", "jane@example.com", "secret prompt", KEY, KEY[-4:], "••••"):
        assert said not in text + as_json


@pytest.mark.parametrize(
    ("turn", "sentence"),
    [("nothing", "nothing is not the id of a turn"), ("00000000-0000-7000-8000-000000000000", "There is no turn")],
)
async def test_an_unknown_turn_is_one_sentence_and_no_success(
    installation: dict[str, str], turn: str, sentence: str
) -> None:
    ended = await mevichat("support-bundle", turn, "--json", environment=installation)

    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
    assert ended.err.count("\n") == 1
