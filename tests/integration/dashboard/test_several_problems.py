"""Who fills in several fields hears of all that are wrong at once, by API and by form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from shared.domain.plans import Plan
from tests.product import Product, Workspace
from tests.visitor import Answer, Visitor

PROBLEM = re.compile(r'<p class="problem" id="([a-z_]+)-problem">([^<]+)</p>')
FOCUSED = re.compile(r'aria-describedby="([a-z_]+)-problem" autofocus')
OPENAI = {"provider": "openai", "key": "sk-sim-ok-" + "g" * 24}


def problems_of(answer: Answer) -> dict[str, str]:
    """Return the sentences that stand beside fields, by field, as the page has them."""
    return {field: unescape(sentence) for field, sentence in PROBLEM.findall(answer.text)}


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
        ("/bots/{bot}/documents/new", {"title": "x" * 201, "text": " "}, ["text", "title"]),
    ],
)  # fmt: skip
async def test_a_form_tells_each_problem_beside_its_field_and_leads_to_the_first(
    product: Product, path: str, typed: dict[str, str], fields: list[str]
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    refused = await visitor.post(path.format(bot=bot["id"]), **typed)

    problems = problems_of(refused)
    assert (refused.status, list(problems)) == (422, fields)
    assert len(set(problems.values())) == len(fields), "each has a sentence of its own"
    assert FOCUSED.findall(refused.text) == fields[:1]


async def test_uploaded_files_are_told_with_everything_else_that_is_wrong(product: Product) -> None:
    workspace = await product.make_workspace()
    url, headers = product.admin_url + "/api/documents", {"Authorization": f"Bearer {workspace.admin_token}"}

    form = b'--b\r\nContent-Disposition: form-data; name="colour"\r\n\r\nred\r\n--b--\r\n'
    headers |= {"Content-Type": "multipart/form-data; boundary=b"}
    async with product.http.post(url, data=form, headers=headers) as answer:
        errors = (await answer.json())["error"]["errors"]

    assert [each["field"] for each in errors] == ["colour", "file", "bot_id"]
