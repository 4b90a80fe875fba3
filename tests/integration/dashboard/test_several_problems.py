"""Who fills in several fields hears of all that are wrong at once, by API and by form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from shared.domain.plans import Plan
from shared.domain.roles import Role
from tests.product import Product, Workspace
from tests.visitor import Answer, Visitor

PROBLEM = re.compile(r'<p class="problem" id="([a-z_]+)-problem">([^<]+)</p>')
BOX = re.compile(r'<input type="checkbox" name="([a-z_]+)"([^>]*)>')
FOCUSED = re.compile(r'aria-describedby="([a-z_]+)-problem" autofocus')
NOBODY = "01980000-0000-7000-8000-000000000001"
OPENAI = {"provider": "openai", "key": "sk-sim-ok-" + "g" * 24}


def problems_of(answer: Answer) -> dict[str, str]:
    """Return the sentences that stand beside fields, by field, as the page has them."""
    return {field: unescape(sentence) for field, sentence in PROBLEM.findall(answer.text)}


def ticked_in(answer: Answer) -> list[str]:
    """Return the names of the boxes that the page shows ticked."""
    return [name for name, box in BOX.findall(answer.text) if "checked" in box]


async def errors_of(workspace: Workspace, method: str, path: str, body: dict[str, Any]) -> dict[str, str]:
    """Return what the refusal says of each field; its own sentence is the first of them."""
    status, answer = await workspace.admin(method, path, body)
    error = answer["error"]
    told = {each["field"]: each["message"] for each in error["errors"]}
    assert status in (403, 422)
    assert (error["param"], error["message"]) == next(iter(told.items()))
    return told


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("POST", "/api/bots", {"name": "", "rate_per_minute": 0, "extra": 1}, ["name", "model", "rate_per_minute", "extra"]),
        ("POST", "/api/bots", {"name": "B", "model": "gpt-4", "rate_burst": 5}, ["model", "rate_burst"]),
        ("POST", "/api/keys", {"provider": 5, "label": ""}, ["provider", "key", "label"]),
        ("POST", "/api/keys", OPENAI | {"region": "mars", "project": "p"}, ["region", "project"]),
        ("POST", "/api/keys", OPENAI | {"key": "no", "region": "mars"}, ["key", "region"]),
        ("PATCH", "/api/workspace", {"rate_per_minute": 0, "retention_days": 0}, ["rate_per_minute", "retention_days"]),
        ("POST", "/api/documents", {"title": "", "text": ""}, ["bot_id", "title", "text"]),
        ("POST", "/api/documents", {"bot_id": NOBODY, "title": "", "text": " "}, ["bot_id", "title", "text"]),
        ("POST", "/api/bots", {"name": "", "model": "gpt-4", "rate_burst": 5}, ["name", "model", "rate_burst"]),
        ("POST", "/api/bots", {"name": 5, "model": 6, "key_id": NOBODY}, ["name", "model", "key_id"]),
        ("POST", "/api/bots", {"name": "B", "model": "gpt-4", "key_id": NOBODY}, ["model", "key_id"]),
        ("POST", "/api/bots", {"name": "", "model": "mevichat:mini", "rate_per_minute": 0, "rate_burst": 5}, ["name", "rate_per_minute"]),
        ("POST", "/api/keys", {"provider": "openai", "key": "no", "label": ""}, ["key", "label"]),
        ("POST", "/api/keys", {"provider": "openai", "label": 5, "region": "mars"}, ["key", "label", "region"]),
        ("POST", "/api/keys", {"provider": "acme", "key": " ", "region": "mars"}, ["provider", "key"]),
        ("POST", "/api/keys", {"provider": "acme", "key": 5}, ["provider", "key"]),
        ("POST", "/api/tokens", {"kind": "bot", "name": ""}, ["name", "bot_id"]),
        ("POST", "/api/tokens", {"kind": "admin", "name": 5, "bot_id": NOBODY}, ["name", "bot_id"]),
        ("PATCH", "/api/workspace", {"rate_burst": 5, "retention_days": 0}, ["rate_burst", "retention_days"]),
        ("PUT", "/api/notices/settings", {"webhook_url": "http://x", "email": 5, "rotate_secret": "perhaps"}, ["webhook_url", "rotate_secret", "email"]),
        ("PUT", "/api/notices/settings", {"email": "no address", "rotate_secret": True}, ["rotate_secret", "email"]),
        ("PUT", "/api/notices/settings", {"webhook_url": "https://[", "email": "no address"}, ["webhook_url", "email"]),
        ("PUT", "/api/notices/settings", {"webhook_url": "https://[::1"}, ["webhook_url"]),
        ("PUT", "/api/notices/settings", {"webhook_url": "https://ex\u2100mple.com/"}, ["webhook_url"]),
        ("PATCH", "/api/workspace", {"": 1}, [""]),
    ],
)  # fmt: skip
async def test_the_api_lists_every_wrong_field_with_its_sentence(
    product: Product, method: str, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    assert list(await errors_of(await product.make_workspace(), method, path, body)) == fields


async def test_a_bots_change_is_judged_as_a_whole(product: Product) -> None:
    workspace = await product.make_workspace(Plan.FREE)
    path = f"/api/bots/{(await workspace.add_bot('mevichat:mini'))['id']}"

    told = await errors_of(workspace, "PATCH", path, {"name": None, "model": "gpt-5", "user_rate_burst": 2})

    assert list(told) == ["name", "model", "user_rate_burst"]
    assert "upgrade" in told["model"]


async def test_a_keys_change_is_judged_as_a_whole(product: Product) -> None:
    workspace = await product.make_workspace()
    path = f"/api/keys/{(await workspace.add_key('openai', OPENAI['key']))['id']}"

    told = await errors_of(workspace, "PATCH", path, {"label": "", "default": False, "disabled": "perhaps"})

    assert list(told) == ["label", "default", "disabled"]


async def test_of_a_bots_change_what_can_be_known_is_told_beside_what_is_of_the_wrong_type(product: Product) -> None:
    workspace = await product.make_workspace()
    path = f"/api/bots/{(await workspace.add_bot('mevichat:mini'))['id']}"
    body = {"name": 5, "model": 6, "key_id": NOBODY, "rate_per_minute": "many", "rate_burst": 2, "user_rate_burst": 2}

    told = await errors_of(workspace, "PATCH", path, body)

    assert list(told) == ["name", "model", "key_id", "rate_per_minute", "user_rate_burst"]


async def test_what_is_no_field_lists_none(product: Product) -> None:
    _, answer = await (await product.make_workspace()).admin("GET", "/api/nothing")
    assert (answer["error"]["param"], answer["error"]["errors"]) == (None, [])


async def test_the_description_of_the_api_tells_of_the_list(product: Product) -> None:
    _, described = await (await product.make_workspace()).admin("GET", "/openapi.json")
    error = described["components"]["schemas"]["Error"]["properties"]["error"]
    _, refused = await (await product.make_workspace()).admin("POST", "/api/bots", {})

    assert set(refused["error"]) == set(error["required"])
    assert set(refused["error"]["errors"][0]) == set(error["properties"]["errors"]["items"]["required"])


@pytest.mark.parametrize(
    ("path", "typed", "fields"),
    [
        (
            "/bots/new",
            {"name": " ", "model": "gpt-4", "rate_per_minute": "", "rate_burst": "5", "cache_seconds": "soon"},
            ["name", "model", "rate_burst", "cache_seconds"],
        ),
        ("/workspace/rate", {"rate_per_minute": "many", "rate_burst": "-1"}, ["rate_per_minute", "rate_burst"]),
        ("/keys/new", {"provider": "openai", "key": "no", "label": "x" * 201, "region": "mars"}, ["key", "label", "region"]),
        (
            "/bots/new",
            {"name": "B", "model": "mevichat:mini", "rate_per_minute": "many", "user_rate_burst": "2"},
            ["rate_per_minute", "user_rate_burst"],
        ),
        ("/workspace/members/new", {"email": "ann", "role": "king", "password": "short"}, ["email", "role", "password"]),
        ("/workspace/password", {"old": "wrong", "new": "short", "again": "other"}, ["old", "new", "again"]),
        ("/workspace/tokens/new", {"name": "x" * 201}, ["name"]),
        (
            "/workspace/notices",
            {"webhook_url": "http://x", "email": "ann", "rotate_secret": "yes"},
            ["webhook_url", "email"],
        ),
        ("/workspace/notices", {"email": "ann", "rotate_secret": "yes"}, ["rotate_secret", "email"]),
        ("/workspace/notices", {"webhook_url": "https://[", "email": ""}, ["webhook_url"]),
        ("/workspace/notices", {"webhook_url": "https://ex\u2100mple.com/"}, ["webhook_url"]),
        ("/keys/{key}/settings", {"label": " "}, ["label"]),
        ("/bots/{bot}/documents/new", {"title": "x" * 201, "text": " "}, ["text", "title"]),
    ],
)  # fmt: skip
async def test_a_form_tells_each_problem_beside_its_field_and_leads_to_the_first(
    product: Product, path: str, typed: dict[str, str], fields: list[str]
) -> None:
    workspace = await product.make_workspace()
    bot, key = await workspace.add_bot("mevichat:mini"), await workspace.add_key("openai", OPENAI["key"])
    visitor = await Visitor.of_workspace(workspace, Role.OWNER)

    refused = await visitor.post(path.format(bot=bot["id"], key=key["id"]), **typed)

    problems = problems_of(refused)
    assert (refused.status, list(problems)) == (422, fields)
    assert len(set(problems.values())) == len(fields), "each has a sentence of its own"
    assert FOCUSED.findall(refused.text) == fields[:1]


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/keys/{key}/settings", {"label": " ", "default": "yes", "disabled": "yes"}),
        ("/keys/{key}/settings", {"label": " "}),
        ("/keys/{key}/settings", {"label": "Second", "default": "yes", "disabled": "yes"}),
        ("/workspace/notices", {"webhook_url": "http://x", "rotate_secret": "yes"}),
        ("/workspace/notices", {"webhook_url": "http://x"}),
    ],
)
async def test_a_form_that_is_refused_keeps_what_was_ticked(product: Product, path: str, typed: dict[str, str]) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", OPENAI["key"])
    second = await workspace.add_key("openai", OPENAI["key"] + "2")
    visitor = await Visitor.of_workspace(workspace)

    refused = await visitor.post(path.format(key=second["id"]), **typed)

    assert refused.status in (409, 422)
    assert ticked_in(refused) == [name for name in typed if typed[name] == "yes"]


async def test_an_operator_hears_of_both_limits_and_finds_what_was_typed(product: Product) -> None:
    workspace = await product.make_workspace()
    operator = await Visitor.operator(product)
    path = f"/operator/workspaces/{workspace.workspace_id}/limits"

    refused = await operator.post(path, slots="-1", message_limit="many")

    assert (refused.status, list(problems_of(refused))) == (422, ["slots", "message_limit"])
    assert FOCUSED.findall(refused.text) == ["slots"]
    assert 'value="-1"' in refused.text


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"token": ""}, ["token"]),
        ({"token": "  "}, ["token"]),
        ({"email": "ann@example.com", "password": ""}, ["password"]),
        ({}, ["email", "password"]),
    ],
)
async def test_a_sign_in_form_that_is_empty_comes_back_with_a_sentence_beside_each_field(
    product: Product, typed: dict[str, str], fields: list[str]
) -> None:
    refused = await Visitor(product).send("POST", "/login", typed | {"next": "/keys"})

    assert (refused.status, list(problems_of(refused))) == (422, fields)
    assert FOCUSED.findall(refused.text) == fields[:1]
    assert refused.text.count('name="next" value="/keys"') == 2
    assert typed.get("email", "") in refused.text


async def test_who_sends_empty_sign_in_forms_has_tried_nothing(product: Product) -> None:
    visitor = Visitor(product)
    for _ in range(60):
        assert (await visitor.send("POST", "/login", {"token": ""})).status == 422
    await visitor.sign_in(token=(await product.make_workspace()).admin_token)


async def test_uploaded_files_are_told_with_everything_else_that_is_wrong(product: Product) -> None:
    workspace = await product.make_workspace()
    url, headers = product.admin_url + "/api/documents", {"Authorization": f"Bearer {workspace.admin_token}"}

    form = b'--b\r\nContent-Disposition: form-data; name="colour"\r\n\r\nred\r\n--b--\r\n'
    headers |= {"Content-Type": "multipart/form-data; boundary=b"}
    async with product.http.post(url, data=form, headers=headers) as answer:
        errors = (await answer.json())["error"]["errors"]

    assert [each["field"] for each in errors] == ["colour", "file", "bot_id"]
