"""Walks over every page that the dashboard has, so that a page of tomorrow is tested the day it is written."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text

from services.dashboard.app import PAGES
from services.dashboard.pages.page import Page
from shared.domain.roles import Role
from shared.store.database import Database
from tests.product import Product, Workspace
from tests.servers import until

KEY = "sk-sim-ok-" + "w" * 24
CONFIGURATION = [
    "workspaces",
    "workspace_counters",
    "provider_keys",
    "bots",
    "tokens",
    "members",
    "documents",
    "document_uploads",
    "audit",
    "quota",
    "notice_settings",
    "notices",
    "turns",
    "erasures",
]
PARAMETER = re.compile(r"\{[^}]+\}")


def pages(method: str, *roles: Role) -> list[Page]:
    """Return the pages of this method; of visitors with these roles alone when some are named."""
    return [page for page in PAGES if page.method == method and (not roles or page.needs in roles)]


def path_with(page: Page, value: object) -> str:
    """Return the page's path with this in the place of every parameter."""
    return PARAMETER.sub(str(value), page.path)


async def make_things(workspace: Workspace) -> dict[str, str]:
    """Give the workspace one of everything that a page may name; return their ids by kind."""
    key = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("mevichat:mini", cache_seconds=60)
    _, document = await workspace.admin("POST", "/api/documents", {"bot_id": bot["id"], "title": "T", "text": "words"})
    await workspace.admin("PUT", f"/api/documents/{document['id']}", {"text": "other words"})
    await until(lambda: _is_ready(workspace, document["id"]))
    _, reply = await workspace.ask(bot["token"], "Hello")
    _, tokens = await workspace.admin("GET", "/api/tokens")
    things = {"key": key["id"], "bot": bot["id"], "document": document["id"], "token": tokens["data"][0]["id"]}
    return things | {"turn": reply["mevichat"]["turn_id"], "workspace": workspace.workspace_id}


async def _is_ready(workspace: Workspace, document_id: str) -> bool:
    _, document = await workspace.admin("GET", f"/api/documents/{document_id}")
    return bool(document["status"] == "ready")


async def fail_turns(product: Product, workspace: Workspace, count: int) -> list[str]:
    """Let so many turns of the workspace fail; return their ids, the latest first."""
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, "invalid_prompt")
    failed: list[str] = []
    for number in range(count):
        _, reply = await workspace.ask(bot["token"], f"a secret question {number}")
        failed.insert(0, str(reply["mevichat"]["turn_id"]))
    return failed


async def rows_of(database: Database, *tables: str) -> dict[str, Any]:
    """Return a digest of each table's rows; equal digests: nothing changed."""
    digests = {}
    for table in tables or CONFIGURATION:
        (row,) = await database.call(
            text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM {table} AS t")
        )
        digests[table] = row.digest
    return digests
