"""Forms of strangers, forms that are broken: nothing changes, and a sentence says why."""

from __future__ import annotations

import pytest

from shared.domain.roles import Role
from shared.ids import new_id
from tests.integration.dashboard.walk import make_things, pages, path_with, rows_of
from tests.product import Product
from tests.visitor import Visitor


async def test_every_form_needs_the_token_of_its_own_session_and_the_origin_of_its_own_page(product: Product) -> None:
    workspace = await product.make_workspace()
    things = await make_things(workspace)
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    other = await Visitor.of_workspace(workspace, Role.OWNER)
    before = await rows_of(product.database)

    for page in pages("POST"):
        visitor = operator if page.needs is Role.OPERATOR else owner
        for thing in things.values():
            path = path_with(page, thing)
            for token in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": other.csrf}):
                assert (await visitor.send("POST", path, token)).status == 403, (path, token)
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            visitor.headers = headers
            assert (await visitor.post(path)).status == 403, (path, headers)
        visitor.headers = {}

    assert pages("POST")
    assert await rows_of(product.database) == before


async def test_looking_changes_nothing(product: Product) -> None:
    workspace = await product.make_workspace()
    things = await make_things(workspace)
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    before = await rows_of(product.database)

    for page in pages("GET"):
        visitor = operator if page.needs is Role.OPERATOR else owner
        for thing in things.values():
            answer = await visitor.get(path_with(page, thing))
            assert answer.status in (200, 404), (page.path, answer.status)

    assert await rows_of(product.database) == before


async def test_another_workspaces_ids_answer_like_ids_that_do_not_exist_on_every_page(product: Product) -> None:
    things = await make_things(await product.make_workspace())
    before = await rows_of(product.database, "provider_keys", "bots", "documents", "turns")
    visitor = await Visitor.of_workspace(await product.make_workspace(), Role.OWNER)

    for page in pages("GET", Role.VIEWER, Role.ADMIN, Role.OWNER) + pages("POST", Role.VIEWER, Role.ADMIN, Role.OWNER):
        if "{" not in page.path:
            continue
        send, nobody = visitor.get if page.method == "GET" else visitor.post, new_id()
        unknown = await send(path_with(page, nobody))
        for kind, thing in things.items():
            answer = await send(path_with(page, thing))
            assert answer.status == unknown.status, (page.path, kind)
            assert answer.text.replace(thing, "ID") == unknown.text.replace(str(nobody), "ID"), (page.path, kind)

    assert await rows_of(product.database, *before) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x=" + b"a" * 1_100_000, 413), (b"a=%00", 422), (b"\xff\xfe", 422), (b"&".join([b"a=1"] * 200), 422)],
    ids=["too large", "NUL", "no UTF-8", "too many fields"],
)
async def test_a_body_that_is_no_form_of_ours_gets_a_page_with_one_sentence(
    product: Product, body: bytes, status: int
) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace(), Role.OWNER)

    for path in ["/login", "/logout", *(path_with(page, new_id()) for page in pages("POST", Role.ADMIN))]:
        answer = await visitor.send("POST", path, body)
        assert answer.status == status, path
        assert "<h1>That did not work</h1>" in answer.text
        assert answer.text.count('role="alert"') == 1
