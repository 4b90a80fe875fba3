"""Members in the dashboard: added, changed and removed by owners, and their own passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.domain.roles import Role
from tests.integration.dashboard.reading import ids, secret_of
from tests.product import Product, running_product
from tests.visitor import PASSWORD, Visitor, new_member

IDLE = frozenset({"worker", "validator", "ledger", "sweeper"})


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the dashboard and the notices; nobody talks to a bot here."""
    async with running_product(database_url, redis_url, without=IDLE, webhook_allow_private=True) as running:
        yield running


async def test_an_owner_adds_a_member_with_a_drawn_password_who_signs_in_and_loses_all_when_removed(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    owner = await Visitor.of_workspace(workspace, Role.OWNER)

    password = secret_of(await owner.post("/workspace/members/new", email="Ann@Example.com", role="viewer"))
    listed = (await owner.get("/workspace/members")).text
    member = Visitor(product)
    await member.sign_in(email="ann@example.com", password=password)
    assert password not in listed
    assert "ann@example.com" in listed

    ann = ids(listed, "members")[1]
    assert (await member.get("/workspace/tokens")).status == 403
    assert (await owner.post(f"/workspace/members/{ann}/role", role="admin")).status == 303
    assert (await member.get("/workspace/tokens")).status == 200
    assert (await owner.post(f"/workspace/members/{ann}/remove")).leads_to.endswith("done=member-removed")
    assert (await member.get("/workspace")).status == 303
    assert (
        await Visitor(product).send("POST", "/login", {"email": "ann@example.com", "password": password})
    ).status == 401
    assert (await owner.post(f"/workspace/members/{ann}/remove")).status == 404
    entries = (await workspace.admin("GET", "/api/audit"))[1]["data"]
    assert [entry["action"] for entry in entries[:3]] == ["member.remove", "member.role", "member.add"]
    assert password not in str(entries)


async def test_a_new_members_form_keeps_all_but_the_password_and_names_what_is_wrong(product: Product) -> None:
    owner = await Visitor.of_workspace(await product.make_workspace(), Role.OWNER)
    stranger = await new_member(product, Role.VIEWER, await product.make_workspace())
    form = {"email": "ann@example.com", "role": "admin", "password": "short secret"}

    for wrong, field in (
        ({"email": "no address"}, "email"),
        ({"email": stranger.upper()}, "email"),
        ({"role": "operator"}, "role"),
        ({"password": "eleven char"}, "password"),
        ({"password": "x" * 1_001}, "password"),
    ):
        answer = await owner.post("/workspace/members/new", **form | wrong)
        assert answer.status == 422, wrong
        assert f'id="{field}-problem"' in answer.text
        assert "short secret" not in answer.text
        if field != "email":
            assert "ann@example.com" in answer.text
    typed = await owner.post("/workspace/members/new", **form | {"password": PASSWORD})
    assert typed.leads_to == "/workspace/members?done=member-added"


async def test_a_password_of_blanks_is_one_that_its_member_can_sign_in_with(product: Product) -> None:
    owner = await Visitor.of_workspace(await product.make_workspace(), Role.OWNER)
    form = {"email": "ann@example.com", "password": " " * 12}

    added = await owner.post("/workspace/members/new", role="viewer", **form)

    assert added.status == 303
    await Visitor(product).sign_in(**form)


async def test_the_last_owner_neither_leaves_nor_steps_down(product: Product) -> None:
    workspace = await product.make_workspace()
    owner = await Visitor.of_workspace(workspace, Role.OWNER)
    (first,) = ids((await owner.get("/workspace/members")).text, "members")

    for path, fields in (("remove", {}), ("role", {"role": "admin"})):
        refused = await owner.post(f"/workspace/members/{first}/{path}", **fields)
        assert (refused.status, "last owner" in refused.text) == (409, True)
    await new_member(product, Role.OWNER, workspace)
    stepped_down = await owner.post(f"/workspace/members/{first}/role", role="admin")

    assert stepped_down.status == 303
    assert (await owner.get("/workspace/members")).status == 403


async def test_a_changed_password_ends_all_sessions_opens_a_new_one_here_and_needs_the_old_one(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    email = await new_member(product, Role.VIEWER, workspace)
    here, there = Visitor(product), Visitor(product)
    for each in (here, there):
        await each.sign_in(email=email, password=PASSWORD)
    new, stolen = "another password", Visitor(product, cookie=here.cookie)

    for old, first, again, field in (
        ("wrong", new, new, "old"),
        (PASSWORD, "short", "short", "new"),
        (PASSWORD, new, new + "x", "again"),
    ):
        refused = await here.post("/workspace/password", old=old, new=first, again=again)
        assert (refused.status, f'id="{field}-problem"' in refused.text) == (422, True)
        assert new not in refused.text
    changed = await here.post("/workspace/password", old=PASSWORD, new=new, again=new)

    assert changed.leads_to == "/workspace/password?done=password-changed"
    assert ((await here.get("/workspace")).status, (await there.get("/workspace")).status) == (200, 303)
    assert (here.cookie != stolen.cookie, (await stolen.get("/workspace")).status) == (True, 303)
    await there.sign_in(email=email, password=new)
    by_token = await Visitor.of_workspace(workspace)
    assert "no password" in (await by_token.get("/workspace/password")).text
    assert (await by_token.post("/workspace/password", old="x", new=new, again=new)).status == 422


async def test_an_old_password_is_not_guessed_for_long(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace(), Role.VIEWER)
    new = "another password"

    answers = [(await visitor.post("/workspace/password", old="wrong", new=new, again=new)).status for _ in range(6)]

    assert answers == [422] * 5 + [429]
