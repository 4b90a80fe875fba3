"""The workspace's pages: plan, admin tokens, notices, audit; secrets once, roles, nobody else's rows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from shared.domain.roles import Role
from shared.ids import new_id
from tests.integration.dashboard.reading import ids, secret_of
from tests.integration.notices.receivers import running_receiver
from tests.product import Product, Workspace, running_product
from tests.servers import until
from tests.visitor import Visitor

XSS = "<script>alert(1)</script>"
IDLE = frozenset({"worker", "validator", "ledger", "sweeper"})


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the dashboard and the notices; nobody talks to a bot here."""
    async with running_product(database_url, redis_url, without=IDLE, webhook_allow_private=True) as running:
        yield running


async def api_status(product: Product, token: str) -> int:
    """Knock at the admin API with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    async with product.http.get(product.admin_url + "/api/workspace", headers=headers) as answer:
        return answer.status


async def test_the_plan_says_what_it_allows_and_who_changes_it(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace(slots=7, message_limit=1234), Role.VIEWER)

    text = (await visitor.get("/workspace")).text

    for said in ("Scale", "1,234", "gpt-5-mini", "mevichat:mini", "operator of this installation"):
        assert said in text


async def test_a_token_is_shown_once_works_rotates_and_is_revoked(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)

    refused = await visitor.post("/workspace/tokens/new", name=" ")
    token = secret_of(await visitor.post("/workspace/tokens/new", name=XSS))
    listed = (await visitor.get("/workspace/tokens")).text
    assert (refused.status, "name-problem" in refused.text) == (422, True)
    assert await api_status(product, token) == 200
    assert token not in listed
    assert XSS not in listed
    assert "&lt;script&gt;" in listed

    token_id = ids(listed, "tokens")[1]
    rotated = secret_of(await visitor.post(f"/workspace/tokens/{token_id}/rotate"))
    assert (await api_status(product, token), await api_status(product, rotated)) == (401, 200)
    assert (await visitor.post(f"/workspace/tokens/{token_id}/rotate")).status == 404

    new_token_id = ids((await visitor.get("/workspace/tokens")).text, "tokens")[1]
    assert (await visitor.post(f"/workspace/tokens/{new_token_id}/revoke")).leads_to.endswith("done=token-revoked")
    assert await api_status(product, rotated) == 401


async def test_revoking_the_token_of_this_session_ends_it(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    (own,) = ids((await visitor.get("/workspace/tokens")).text, "tokens")

    await visitor.post(f"/workspace/tokens/{own}/revoke")

    assert (await visitor.get("/workspace/tokens")).leads_to == "/login?next=/workspace/tokens"


async def test_a_webhooks_secret_is_shown_once_and_a_test_arrives(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    nothing = await visitor.post("/workspace/notices/test")
    refused = await visitor.post("/workspace/notices", webhook_url="ftp://x", email="")
    no_mail = await visitor.post("/workspace/notices", webhook_url="", email="a@example.com")
    assert (nothing.status, refused.status, no_mail.status) == (422, 422, 422)
    assert 'value="ftp://x"' in refused.text
    assert 'id="email-problem"' in no_mail.text

    async with running_receiver() as receiver:
        secret = secret_of(await visitor.post("/workspace/notices", webhook_url=receiver.url))
        kept = await visitor.post("/workspace/notices", webhook_url=receiver.url)
        other = secret_of(await visitor.post("/workspace/notices", webhook_url=receiver.url, rotate_secret="yes"))
        assert kept.leads_to == "/workspace/notices?done=notices-changed"
        assert secret.startswith("whsec_")
        assert secret != other
        assert (await visitor.post("/workspace/notices/test")).leads_to.endswith("done=notice-sent")
        assert (await visitor.post("/workspace/notices/test")).status == 429

        async def is_delivered() -> bool:
            return "Delivered" in (await visitor.get("/workspace/notices")).text

        await until(is_delivered)
        assert [post.json["type"] for post in receiver.posts] == ["test"]
    page = (await visitor.get("/workspace/notices")).text
    assert secret not in page
    assert other not in page
    assert 'data-state="delivered" data-sentence="A notice was delivered by webhook."' in page
    assert "data-live" not in page


async def test_the_audit_is_filtered_and_paged_without_gap_or_repeat(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.dashboard.pages.audit.PAGE", 2)
    workspace = await product.make_workspace()
    bots = [await workspace.add_bot("mevichat:mini", name=XSS) for _ in range(5)]
    visitor = await Visitor.of_workspace(workspace)

    seen: list[str] = []
    path: str | None = "/workspace/audit?action=bot.create"
    while path:
        text = (await visitor.get(path)).text
        assert XSS not in text
        seen += re.findall(r'audit\?target=([0-9a-f-]{36})"', text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(older[1]) if older else None

    assert seen == [bot["id"] for bot in bots][::-1]
    one = (await visitor.get(f"/workspace/audit?target={bots[0]['id']}")).text
    assert re.findall(r'audit\?target=([0-9a-f-]{36})"', one) == [bots[0]["id"]]
    for query in ("action=nothing.happened", "target=%00"):
        assert "No entry matches" in (await visitor.get(f"/workspace/audit?{query}")).text


PAGES = {
    Role.VIEWER: ["/workspace", "/workspace/password", "/conversations"],
    Role.ADMIN: ["/workspace/tokens", "/workspace/tokens/new", "/workspace/notices", "/workspace/audit"],
    Role.OWNER: ["/workspace/members", "/workspace/members/new"],
}
ROLES = (Role.VIEWER, Role.ADMIN, Role.OWNER)


async def test_every_page_opens_to_its_role_and_those_above_alone(product: Product) -> None:
    workspace = await product.make_workspace()
    for role in ROLES:
        visitor = await Visitor.of_workspace(workspace, role)
        for needed, paths in PAGES.items():
            for path in paths:
                answer = await visitor.get(path)
                assert answer.status == (200 if role.may(needed) else 403), (role, path)
    admin = await Visitor.of_workspace(workspace, Role.ADMIN)
    assert (await admin.post("/workspace/members/new", email="x@example.com", role="owner")).status == 403


async def test_another_workspaces_token_and_member_answer_like_random_ids(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    theirs = await Visitor.of_workspace(workspace, Role.OWNER)
    token_id, bots_token_id = await token_ids(workspace)
    (member_id,) = ids((await theirs.get("/workspace/members")).text, "members")
    visitor = await Visitor.of_workspace(stranger, Role.OWNER)

    for what, known, actions in (
        ("tokens", token_id, ("rotate", "revoke")),
        ("members", member_id, ("role", "remove")),
    ):
        for action in actions:
            for method in (visitor.get, visitor.post):
                answers = [await method(f"/workspace/{what}/{each}/{action}") for each in (known, new_id(), "no-id")]
                assert {answer.status for answer in answers} == {404}
                assert len({answer.text for answer in answers}) == 1
    assert (await theirs.post(f"/workspace/tokens/{bots_token_id}/revoke")).status == 404  # a bot's is no admin token
    assert (await theirs.get("/workspace/tokens")).text.count("/revoke") == 1


async def token_ids(workspace: Workspace) -> tuple[str, str]:
    """Return the ids of the admin token and of a new bot's."""
    await workspace.add_bot("mevichat:mini")
    tokens = (await workspace.admin("GET", "/api/tokens"))[1]["data"]
    by_kind = {token["kind"]: token["id"] for token in tokens}
    return by_kind["admin"], by_kind["bot"]
