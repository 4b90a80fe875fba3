"""A workspace with one of everything, and all that can be asked of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from shared.domain.roles import Role
from tests.integration.dashboard.walk import make_things, pages
from tests.product import Product, Workspace
from tests.security.fuzz.forms import fields_of_page
from tests.security.fuzz.operations import FORM, Operation, Target, operations_of
from tests.visitor import COOKIE, Visitor, new_member

LAST = ("rotate", "password", "revoke", "remove", "delete")
"""How paths end that take away what others need: they come last, in this order."""


async def operations_in_new_workspace(product: Product) -> list[Operation]:
    """Return every operation and page, each with what its caller needs; what takes things away comes last."""
    await product.database.call(text("DELETE FROM login_failures"))  # the forms of passwords were tried too
    workspace = await product.make_workspace(message_limit=1_000_000)
    bot, failed = await _failed_turn(workspace)
    ids = await _things(workspace)
    found = [
        *await _api_operations(product, workspace, ids | failed, bot),
        *await _page_operations(product, workspace, ids),
    ]
    return sorted(found, key=_place)


def _place(operation: Operation) -> int:
    if operation.method == "DELETE":
        return len(LAST)
    return next((place for place, ending in enumerate(LAST) if operation.path.endswith(ending)), -1)


async def _failed_turn(workspace: Workspace) -> tuple[str, dict[str, str]]:
    """Return a bot's token, and a turn of its that failed, because the workspace has no key yet."""
    bot = await workspace.add_bot("gpt-5-mini")
    _, reply = await workspace.ask(bot["token"], "Hello", conversation="c1")
    return bot["token"], {"turn": reply["mevichat"]["turn_id"]}


async def _things(workspace: Workspace) -> dict[str, str]:
    things = await make_things(workspace)
    await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": "https://hooks.example.com/"})
    _, token = await workspace.admin("POST", "/api/tokens", {"kind": "bot", "name": "t", "bot_id": things["bot"]})
    email = await new_member(workspace.product, Role.VIEWER, workspace)
    (member,) = await workspace.product.database.call(
        text("SELECT id FROM members WHERE email = :email").bindparams(email=email)
    )
    return things | {"token": token["id"], "conversation": "c1", "member": str(member.id)}


async def _api_operations(
    product: Product, workspace: Workspace, ids: dict[str, str], bot_token: str
) -> list[Operation]:
    chat, admin = _bearer(bot_token), _bearer(workspace.admin_token)
    targets = [
        Target(product.settings.gateway_port, chat, admin, ids),
        Target(product.settings.dashboard_port, admin, chat, ids),
    ]
    return [each for target in targets for each in operations_of(await _document(product, target), target)]


async def _page_operations(product: Product, workspace: Workspace, ids: dict[str, str]) -> list[Operation]:
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    found = []
    for visitor, other, pages_of in ((owner, operator, OF_WORKSPACE), (operator, owner, (Role.OPERATOR,))):
        target = Target(
            product.settings.dashboard_port, _cookie(visitor), _cookie(other), ids, {"csrf": visitor.csrf}, is_api=False
        )
        found += [Operation("GET", page.path, target) for page in pages("GET", *pages_of)]
        for page in pages("POST", *pages_of):
            schema = await fields_of_page(page, visitor, ids)
            found.append(Operation("POST", page.path, target, (), FORM, schema))
    return found


OF_WORKSPACE = (Role.VIEWER, Role.ADMIN, Role.OWNER)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _cookie(visitor: Visitor) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={visitor.cookie}"}


async def _document(product: Product, target: Target) -> dict[str, Any]:
    async with product.http.get(f"http://127.0.0.1:{target.port}/openapi.json") as answer:
        document: dict[str, Any] = await answer.json()
        return document
