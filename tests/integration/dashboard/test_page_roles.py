"""Who may open what: a row for every page, and every role tried at every page."""

from __future__ import annotations

from services.dashboard.app import PAGES
from shared.domain.roles import Role
from shared.ids import new_id
from tests.integration.dashboard.walk import path_with
from tests.product import Product
from tests.visitor import Visitor

VIEWER, ADMIN, OWNER, OPERATOR = Role.VIEWER, Role.ADMIN, Role.OWNER, Role.OPERATOR
NEEDED = {
    "GET /": VIEWER,
    "GET /keys": VIEWER,
    "GET /keys/list": VIEWER,
    "GET /keys/new": ADMIN,
    "POST /keys/new": ADMIN,
    "GET /keys/{id}/rotate": ADMIN,
    "POST /keys/{id}/rotate": ADMIN,
    "POST /keys/{id}/test": ADMIN,
    "GET /keys/{id}/settings": ADMIN,
    "POST /keys/{id}/settings": ADMIN,
    "GET /keys/{id}/delete": ADMIN,
    "POST /keys/{id}/delete": ADMIN,
    "GET /operator": OPERATOR,
    "GET /operator/workspaces/{id}": OPERATOR,
    "GET /operator/workspaces/{id}/plan": OPERATOR,
    "POST /operator/workspaces/{id}/plan": OPERATOR,
    "GET /operator/workspaces/{id}/limits": OPERATOR,
    "POST /operator/workspaces/{id}/limits": OPERATOR,
    "GET /operator/queue": OPERATOR,
    "GET /operator/queue/now": OPERATOR,
    "GET /operator/turns": OPERATOR,
    "POST /operator/turns/retry": OPERATOR,
    "POST /operator/turns/{id}/retry": OPERATOR,
    "GET /conversations": VIEWER,
    "GET /conversations/list": VIEWER,
    "GET /conversations/{bot}/{conversation:path}": VIEWER,
    "GET /conversations.jsonl": ADMIN,
    "GET /conversations/erase": ADMIN,
    "POST /conversations/erase": ADMIN,
    "GET /turns/{id}": VIEWER,
    "POST /turns/{id}/retry": ADMIN,
    "POST /turns/{id}/cancel": ADMIN,
    "GET /workspace": VIEWER,
    "GET /workspace/tokens": ADMIN,
    "GET /workspace/tokens/new": ADMIN,
    "POST /workspace/rate": ADMIN,
    "POST /workspace/retention": ADMIN,
    "POST /workspace/tokens/new": ADMIN,
    "GET /workspace/tokens/{id}/rotate": ADMIN,
    "POST /workspace/tokens/{id}/rotate": ADMIN,
    "GET /workspace/tokens/{id}/revoke": ADMIN,
    "POST /workspace/tokens/{id}/revoke": ADMIN,
    "GET /workspace/members": OWNER,
    "GET /workspace/members/new": OWNER,
    "POST /workspace/members/new": OWNER,
    "GET /workspace/members/{id}/role": OWNER,
    "POST /workspace/members/{id}/role": OWNER,
    "GET /workspace/members/{id}/remove": OWNER,
    "POST /workspace/members/{id}/remove": OWNER,
    "GET /workspace/password": VIEWER,
    "POST /workspace/password": VIEWER,
    "GET /workspace/notices": ADMIN,
    "POST /workspace/notices": ADMIN,
    "GET /workspace/notices/list": ADMIN,
    "POST /workspace/notices/test": ADMIN,
    "GET /workspace/audit": ADMIN,
    "GET /usage": VIEWER,
    "GET /usage/turns.svg": VIEWER,
    "GET /usage/tokens.svg": VIEWER,
    "GET /overview/now": VIEWER,
    "GET /usage.csv": VIEWER,
    "GET /bots": VIEWER,
    "GET /bots/new": ADMIN,
    "POST /bots/new": ADMIN,
    "GET /bots/{id}": VIEWER,
    "GET /bots/{id}/settings": ADMIN,
    "POST /bots/{id}/settings": ADMIN,
    "POST /bots/{id}/model": ADMIN,
    "GET /bots/{id}/delete": ADMIN,
    "POST /bots/{id}/delete": ADMIN,
    "POST /bots/{id}/chat": ADMIN,
    "GET /bots/{id}/documents": VIEWER,
    "GET /bots/{id}/documents/list": VIEWER,
    "GET /bots/{id}/documents/new": ADMIN,
    "POST /bots/{id}/documents/new": ADMIN,
    "GET /bots/{id}/documents/{document}/delete": ADMIN,
    "POST /bots/{id}/documents/{document}/delete": ADMIN,
    "GET /bots/{id}/documents/{document}/replace": ADMIN,
    "POST /bots/{id}/documents/{document}/replace": ADMIN,
    "POST /bots/{id}/documents/{document}/retry": ADMIN,
    "GET /bots/{id}/tokens": VIEWER,
    "GET /bots/{id}/tokens/new": ADMIN,
    "POST /bots/{id}/tokens/new": ADMIN,
    "GET /bots/{id}/tokens/{token}/rotate": ADMIN,
    "POST /bots/{id}/tokens/{token}/rotate": ADMIN,
    "GET /bots/{id}/tokens/{token}/revoke": ADMIN,
    "POST /bots/{id}/tokens/{token}/revoke": ADMIN,
}
"""What each page needs. A page without a row here fails the test: somebody must say whom it is for."""
OPEN_TO = {
    VIEWER: {Role.OWNER, Role.ADMIN, Role.VIEWER},
    ADMIN: {Role.OWNER, Role.ADMIN},
    OWNER: {Role.OWNER},
    OPERATOR: {Role.OPERATOR},
}


def test_every_page_stands_in_the_table_with_what_it_needs() -> None:
    assert {f"{page.method} {page.path}": page.needs for page in PAGES} == NEEDED


async def test_each_role_opens_its_own_pages_and_no_other(product: Product) -> None:
    workspace = await product.make_workspace()
    visitors = {role: await Visitor.of_workspace(workspace, role) for role in Role if role is not OPERATOR}
    visitors[OPERATOR] = await Visitor.operator(product)

    for role, visitor in visitors.items():
        for page in PAGES:
            path = path_with(page, new_id())
            answer = await (visitor.get(path) if page.method == "GET" else visitor.post(path))
            if role in OPEN_TO[NEEDED[f"{page.method} {page.path}"]]:
                assert answer.status in (200, 303, 400, 404, 409, 422), f"{role}: {page.method} {path}: {answer.status}"
                assert not answer.leads_to.startswith("/login"), f"{role}: {page.method} {path}"
            elif path == "/":  # the front leads everybody to a page of theirs
                assert (answer.status, answer.leads_to) == (303, "/operator"), role
            else:
                assert answer.status == 403, f"{role}: {page.method} {path}: {answer.status}"


async def test_without_a_session_every_page_leads_to_the_login_page(product: Product) -> None:
    for page in PAGES:
        answer = await Visitor(product).send(page.method, path_with(page, new_id()))
        assert (answer.status, answer.leads_to.partition("?")[0]) == (303, "/login"), page
