"""The admin API's doors: what a workspace's admin does, and what bad input gets."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from shared.domain.plans import Plan
from shared.ids import new_id
from tests.product import Product, Workspace

GOOD = "sk-sim-ok-" + "g" * 24
OTHER = "sk-sim-ok-" + "h" * 24
CLAUDE = "sk-ant-sim-ok-" + "c" * 24


async def key_count(workspace: Workspace) -> int:
    _, keys = await workspace.admin("GET", "/api/keys")
    return len(keys["data"])


async def test_a_good_key_is_kept_masked_and_shown_with_its_models(product: Product) -> None:
    workspace = await product.make_workspace()

    saved = await workspace.add_key("openai", f"  '{GOOD}'\n")

    assert (saved["state"], saved["usable"], saved["version"], saved["default"]) == ("active", True, 1, True)
    assert saved["mask"] == "sk-••••••••gggg"
    assert "gpt-5-mini" in saved["models"]
    _, shown = await workspace.admin("GET", f"/api/keys/{saved['id']}")
    assert shown["mask"] == saved["mask"]


@pytest.mark.parametrize(
    ("body", "status", "code", "word"),
    [
        ({"provider": "openai", "key": "sk-sim-invalid_api_key-" + "x" * 24}, 422, "key_refused", "Invalid API key"),
        (
            {"provider": "openai", "key": "sk-sim-server_is_overloaded-" + "x" * 24},
            502,
            "could_not_verify",
            "Nothing was saved",
        ),
        ({"provider": "openai", "key": ""}, 422, "invalid_key_format", "empty"),
        ({"provider": "openai", "key": "sk-a\x01b"}, 422, "invalid_key_format", "control"),
        ({"provider": "openai", "key": CLAUDE}, 422, "invalid_key_format", "Anthropic key"),
        ({"provider": "anthropic", "key": GOOD}, 422, "invalid_key_format", "sk-ant-"),
        ({"provider": "google", "key": GOOD}, 422, "invalid_request", "provider"),
        ({"provider": "openai"}, 422, "invalid_request", "key is missing"),
        ({"provider": "openai", "key": 5}, 422, "invalid_request", "key"),
        ({"provider": "openai", "key": GOOD, "extra": 1}, 422, "invalid_request", "extra is not a field"),
        ({"provider": "openai", "key": GOOD, "label": "a\x00b"}, 422, "invalid_request", "label"),
    ],
)
async def test_a_key_that_cannot_be_saved_is_explained_and_nothing_is_kept(
    product: Product, body: dict[str, Any], status: int, code: str, word: str
) -> None:
    workspace = await product.make_workspace()

    answered, answer = await workspace.admin("POST", "/api/keys", body)

    assert (answered, answer["error"]["code"]) == (status, code)
    assert word in answer["error"]["message"]
    assert answer["error"]["request_id"]
    assert await key_count(workspace) == 0


@pytest.mark.parametrize(
    ("provider", "address"),
    [
        ("openai", {"region": "eu", "organization": "org-Ab1", "project": "proj_Ab1"}),
        ("anthropic", {"region": "us", "anthropic_workspace_id": "wrkspc_Ab1"}),
    ],
)
async def test_a_key_is_kept_and_shown_with_where_and_as_whom_it_is_used(
    product: Product, provider: str, address: dict[str, str]
) -> None:
    workspace = await product.make_workspace()
    key = GOOD if provider == "openai" else CLAUDE

    _, saved = await workspace.admin("POST", "/api/keys", {"provider": provider, "key": key, **address})
    _, shown = await workspace.admin("GET", f"/api/keys/{saved['id']}")

    names = ("region", "organization", "project", "anthropic_workspace_id")
    assert {name: shown[name] for name in names} == dict.fromkeys(names) | address
    headers = product.simulator.calls[-1].headers
    assert headers.get("OpenAI-Organization") == address.get("organization")
    assert headers.get("OpenAI-Project") == address.get("project")
    assert headers.get("anthropic-workspace-id") == address.get("anthropic_workspace_id")


@pytest.mark.parametrize(
    ("provider", "field", "value", "word"),
    [
        ("openai", "region", "https://evil.example", "choose one"),
        ("anthropic", "region", "eu", "global, us"),
        ("openai", "project", "../admin", "proj_..."),
        ("anthropic", "organization", "org-Ab1", "belongs to OpenAI"),
        ("openai", "anthropic_workspace_id", "wrkspc_Ab1", "belongs to Anthropic"),
    ],
)
async def test_an_address_that_the_provider_does_not_know_is_refused_before_any_call(
    product: Product, provider: str, field: str, value: str, word: str
) -> None:
    workspace = await product.make_workspace()
    key = GOOD if provider == "openai" else CLAUDE

    status, answer = await workspace.admin("POST", "/api/keys", {"provider": provider, "key": key, field: value})

    assert (status, answer["error"]["param"]) == (422, field)
    assert word in answer["error"]["message"]
    assert product.simulator.calls == []
    assert await key_count(workspace) == 0


async def test_the_free_plan_has_no_keys_and_no_paid_models(product: Product) -> None:
    workspace = await product.make_workspace(Plan.FREE)

    status, key = await workspace.admin("POST", "/api/keys", {"provider": "openai", "key": GOOD})
    forbidden, bot = await workspace.admin("POST", "/api/bots", {"name": "B", "model": "gpt-5"})

    assert (status, key["error"]["code"]) == (403, "plan_forbids_keys")
    assert (forbidden, bot["error"]["code"]) == (403, "plan_forbids_model")


async def test_a_key_is_rotated_tested_renamed_disabled_and_deleted(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", GOOD)
    path = f"/api/keys/{saved['id']}"
    bot = await workspace.add_bot("gpt-5-mini", key_id=saved["id"])

    stale, _ = await workspace.admin("POST", path + "/rotate", {"key": OTHER, "version": 9})
    refused, _ = await workspace.admin("POST", path + "/rotate", {"key": "sk-sim-invalid_api_key-" + "x" * 24})
    _, rotated = await workspace.admin("POST", path + "/rotate", {"key": OTHER, "version": 1})
    product.simulator.set_scenario(OTHER, "insufficient_quota")
    _, tested = await workspace.admin("POST", path + "/test")
    _, renamed = await workspace.admin("PATCH", path, {"label": "Second", "disabled": True})
    _, deleted = await workspace.admin("DELETE", path)

    assert (stale, refused) == (409, 422)
    assert (rotated["version"], rotated["mask"]) == (2, "sk-••••••••hhhh")
    assert (tested["state"], tested["usable"]) == ("out_of_quota", False)
    assert (renamed["label"], renamed["state"]) == ("Second", "disabled")
    assert deleted["bots"] == [{"id": bot["id"], "name": "Test"}]
    _, failed = await workspace.ask(bot["token"], "Hello")
    assert failed["mevichat"]["error"]["type"] == "no_key"


async def test_bots_take_models_and_keys_that_fit_and_refuse_the_others(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    key = await workspace.add_key("openai", GOOD)
    foreign = await stranger.add_key("openai", GOOD)
    cases = [
        ({"name": "B", "model": "gpt-4"}, "model"),
        ({"name": "B", "model": "claude-haiku-4-5", "key_id": key["id"]}, "key_id"),
        ({"name": "B", "model": "gpt-5", "key_id": foreign["id"]}, "key_id"),
        ({"name": "", "model": "gpt-5"}, "name"),
        ({"model": "gpt-5"}, "name"),
        ({"name": "B", "model": "gpt-5", "temperature": 1}, "temperature"),
    ]
    for body, param in cases:
        status, answer = await workspace.admin("POST", "/api/bots", body)
        assert (status, answer["error"]["param"]) == (422, param)

    bot = await workspace.add_bot("gpt-5", system_prompt="Be brief.")
    _, changed = await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {"model": "mevichat:mini"})
    assert (changed["model"], changed["system_prompt"]) == ("mevichat:mini", "Be brief.")
    gone, _ = await stranger.admin("GET", f"/api/bots/{bot['id']}")
    assert gone == 404
    assert (await workspace.admin("DELETE", f"/api/bots/{bot['id']}"))[0] == 200
    assert (await workspace.ask(bot["token"], "Hello"))[0] == 401


async def test_tokens_are_made_rotated_and_revoked(product: Product) -> None:
    workspace = await product.make_workspace()
    _, made = await workspace.admin("POST", "/api/tokens", {"kind": "admin", "name": "CI"})
    _, rotated = await workspace.admin("POST", f"/api/tokens/{made['id']}/rotate")
    old = Workspace(product, workspace.workspace_id, made["token"])
    new = Workspace(product, workspace.workspace_id, rotated["token"])

    assert (await old.admin("GET", "/api/quota"))[0] == 401
    assert (await new.admin("GET", "/api/quota"))[0] == 200
    await workspace.admin("DELETE", f"/api/tokens/{rotated['id']}")
    assert (await new.admin("GET", "/api/quota"))[0] == 401


async def test_lists_come_in_pages_and_wrong_queries_name_their_field(product: Product) -> None:
    workspace = await product.make_workspace()
    bots = [(await workspace.add_bot("mevichat:mini"))["id"] for _ in range(3)]

    _, first = await workspace.admin("GET", "/api/bots?limit=2")
    _, second = await workspace.admin("GET", f"/api/bots?limit=2&after={first['next_cursor']}")

    assert [bot["id"] for bot in first["data"] + second["data"]] == bots
    assert second["next_cursor"] is None
    for query, param in (("limit=0", "limit"), ("after=x", "after")):
        status, answer = await workspace.admin("GET", f"/api/bots?{query}")
        assert (status, answer["error"]["param"]) == (422, param)
    for query, param in (("group_by=color", "group_by"), ("from=x", "from"), ("from=2026-02-01&to=2026-01-01", "from")):
        status, answer = await workspace.admin("GET", f"/api/usage?{query}")
        assert (status, answer["error"]["param"]) == (422, param)


async def test_the_audit_tells_who_changed_what(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", GOOD)

    _, audit = await workspace.admin("GET", "/api/audit")

    assert audit["data"][0]["action"] == "key.create"
    assert audit["data"][0]["target"] == saved["id"]
    assert GOOD not in str(audit)


async def test_the_admin_api_refuses_strangers_broken_json_and_large_bodies(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    url = product.admin_url + "/api/bots"
    headers = {"Authorization": f"Bearer {workspace.admin_token}"}

    for token in ("", "mva_unknown", bot["token"]):
        async with product.http.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
            assert answer.status == 401
    for data, status in ((b"{", 400), (b"x" * (product.settings.body_limit_bytes + 1), 413), (b"[]", 422)):
        async with product.http.post(url, data=BytesIO(data), headers=headers) as answer:
            assert answer.status == status
            assert (await answer.json())["error"]["message"]
    for path in (f"/api/keys/{new_id()}", "/api/keys/no-id", "/api/nothing"):
        assert (await workspace.admin("GET", path))[0] == 404


async def test_models_and_workspace_say_what_the_plan_allows(product: Product) -> None:
    workspace = await product.make_workspace(Plan.PRO)

    _, models = await workspace.admin("GET", "/api/models")
    _, own = await workspace.admin("GET", "/api/workspace")

    allowed = {model["id"] for model in models["data"] if model["allowed"]}
    assert allowed == {"mevichat:mini", "claude-haiku-4-5", "gpt-5-mini"}
    assert (own["plan"], own["in_flight"]) == ("pro", 0)


async def test_the_same_key_is_refused_by_the_name_of_the_one_that_is_there(product: Product) -> None:
    workspace = await product.make_workspace()
    first = await workspace.add_key("openai", GOOD)
    await workspace.admin("PATCH", f"/api/keys/{first['id']}", {"label": "Shop"})
    other = await workspace.add_key("openai", GOOD + "2")

    for path, body in (
        ("/api/keys", {"provider": "openai", "key": f" {GOOD} "}),
        (f"/api/keys/{other['id']}/rotate", {"key": GOOD}),
    ):
        status, answer = await workspace.admin("POST", path, body)
        assert (status, answer["error"]["code"], answer["error"]["param"]) == (409, "duplicate_key", "key")
        assert answer["error"]["message"].startswith("This key is saved already, as “Shop”.")
    assert (await workspace.admin("GET", f"/api/keys/{other['id']}"))[1]["version"] == 1


async def test_a_disabled_key_is_not_made_the_default(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", GOOD)
    other = await workspace.add_key("openai", GOOD + "2")
    await workspace.admin("PATCH", f"/api/keys/{other['id']}", {"disabled": True})

    status, answer = await workspace.admin("PATCH", f"/api/keys/{other['id']}", {"default": True, "label": "New"})

    assert (status, answer["error"]["param"]) == (409, "default")
    assert answer["error"]["message"].startswith("A disabled key cannot be the default")
    shown = (await workspace.admin("GET", f"/api/keys/{other['id']}"))[1]
    assert (shown["default"], shown["label"]) == (False, "OpenAI 2")
