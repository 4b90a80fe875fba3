"""Markup in every text that a workspace, its callers or a model can store stays text on every page."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from shared.domain.roles import Role
from tests.product import Product, Workspace
from tests.security.fuzz.bodies import good_object
from tests.security.fuzz.operations import JSON, Operation
from tests.security.fuzz.requests import good_headers, good_path
from tests.security.fuzz.workspaces import operations_in_new_workspace
from tests.visitor import Visitor

MARK = "injected"
MARKUP = f"\"'></textarea></title></script><{MARK} {MARK}=1 onload={MARK}()><img src=x onerror={MARK}()>"
"""Leaves an attribute, a text area, a title and a script, and opens an element."""
LINK = f"javascript:{MARK}()"


class Found(HTMLParser):
    """Collects what data has made of a page: elements, attributes, scripts and links that no template has."""

    def __init__(self) -> None:
        super().__init__()
        self.made_by_data: list[str] = []
        self.texts = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        names = {name for name, _ in attrs}
        if tag == MARK or MARK in names or any(name.startswith("on") for name in names):
            self.made_by_data.append(f"<{tag} {attrs}")
        if tag == "script" and not str(dict(attrs).get("src")).startswith("/static/"):
            self.made_by_data.append(f"<script {attrs}")
        for name in ("href", "src", "action", "formaction"):
            if urlsplit(dict(attrs).get(name) or "").scheme not in ("", "https", "http"):
                self.made_by_data.append(f"{name}={dict(attrs)[name]}")

    def handle_data(self, data: str) -> None:
        """Keep what people read."""
        self.texts += data


def found_in(page: str) -> Found:
    found = Found()
    found.feed(page)
    found.close()
    return found


def test_the_reader_of_pages_sees_markup_that_was_not_escaped() -> None:
    for page in (f"<p>{MARKUP}</p>", f'<input value="{MARKUP}">', f'<a href="{LINK}">x</a>', "<script>1</script>"):
        assert found_in(page).made_by_data, page
    assert not found_in('<p>&lt;img onerror=1&gt;</p><script src="/static/x.js"></script>').made_by_data


async def test_no_text_that_can_be_stored_makes_an_element_an_attribute_or_a_link_on_any_page(product: Product) -> None:
    operations = await operations_in_new_workspace(product)
    for operation in operations:
        if operation.content_type == JSON and operation.path.startswith("/api/"):
            await _store_in_every_text(product, operation)
    workspace = Workspace(product, operations[0].target.ids["workspace"], _token_of(operations))
    await _talk(workspace)
    visitors = [await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)]
    paths: dict[str, None] = {}
    for operation in operations:
        if operation.method == "GET" and not operation.target.is_api:
            paths |= dict.fromkeys(await _paths(operation, visitors["/operator" in operation.path]))
    shown = [await _shows_it_as_text(visitors["/operator" in path], path) for path in paths]
    assert sum(shown) > 15  # the texts did get there


async def _shows_it_as_text(visitor: Visitor, path: str) -> bool:
    answer = await visitor.get(path)
    if not answer.headers.get("Content-Type", "").startswith(("text/html", "image/svg")):
        return False
    found = found_in(answer.text)
    assert not found.made_by_data, (path, found.made_by_data[:3])
    return MARK in found.texts


def _token_of(operations: list[Operation]) -> str:
    admin = next(each for each in operations if each.path.startswith("/api/"))
    return admin.target.credentials["Authorization"].removeprefix("Bearer ")


async def _store_in_every_text(product: Product, operation: Operation) -> None:
    """Send a good body once for each text in it, with markup there, and once as a link."""
    for name, schema in operation.schema["properties"].items():
        if "string" in str(schema) and name not in ("key", "provider", "model", "kind") and not name.endswith("_id"):
            for value in (MARKUP, LINK):
                random = Random(name)
                body = good_object(operation.schema, operation.target.ids, random) | {name: value}
                url = f"http://127.0.0.1:{operation.target.port}{good_path(operation, random)}"
                async with product.http.request(
                    operation.method, url, json=body, headers=good_headers(operation)
                ) as answer:
                    assert answer.status < 500, operation.label


async def _talk(workspace: Workspace) -> None:
    """Let callers and a bot that quotes its documents say it too."""
    bot = await workspace.add_bot("mevichat:mini", name=MARKUP, system_prompt=MARKUP)
    document: dict[str, Any] = {"bot_id": bot["id"], "title": MARKUP, "text": f"Prices are {MARKUP} here."}
    await workspace.admin("POST", "/api/documents", document)
    await workspace.admin("POST", "/api/tokens", {"kind": "bot", "name": MARKUP, "bot_id": bot["id"]})
    _, reply = await workspace.ask(bot["token"], f"Prices? {MARKUP}", conversation=MARKUP[:128], user=MARKUP)
    assert MARK in reply["choices"][0]["message"]["content"]


async def _paths(operation: Operation, visitor: Visitor) -> list[str]:
    """Return the page's address with ids that exist, with markup in its query, and what it links to."""
    first = good_path(operation, Random(operation.label))
    query = urlencode(dict.fromkeys(("done", "search", "user", "conversation", "next", "turn"), MARKUP))
    links = LINKS.findall((await visitor.get(first)).text)
    return [first, f"{first}?{query}", *(unescape(each) for each in links[:30])]


LINKS = re.compile(r'href="(/[^"]*)"')
