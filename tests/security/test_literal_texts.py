"""What searches and filters take is text: no wildcard, quote or operator of SQL means more than itself."""

from __future__ import annotations

import re
from random import Random
from urllib.parse import urlencode

from services.dashboard.app import PAGES
from tests.product import Product
from tests.security.fuzz.operations import Operation
from tests.security.fuzz.requests import good_headers, good_path
from tests.security.fuzz.workspaces import operations_in_new_workspace
from tests.visitor import Visitor

WILD = (
    "%",
    "_",
    "%%",
    "_%",
    "\\",
    "\\%",
    ".*",
    "' OR '1'='1",
    "' OR 1=1 --",
    '" OR ""="',
    "'; SELECT 1; --",
    "*",
    ":1",
)
NOBODYS = "nobody has such a text"


async def names_on(visitor: Visitor, search: str) -> set[str]:
    page = (await visitor.get("/bots?" + urlencode({"search": search}))).text
    return set(re.findall(r">([^<>]*-bot)</a>", page))


async def test_a_search_finds_wildcards_and_quotes_as_what_they_are(product: Product) -> None:
    workspace = await product.make_workspace()
    names = ["plain-bot", "100%-bot", "a_b-bot", "back\\slash-bot", "quote'd-bot"]
    for name in names:
        await workspace.add_bot("mevichat:mini", name=name)
    visitor = await Visitor.of_workspace(workspace)

    assert len(await names_on(visitor, "-BOT")) == len(names)
    for search, found in (
        ("%", 1),
        ("_", 1),
        ("\\", 1),
        ("'", 1),
        ("%-bot", 1),
        ("a%b", 0),
        (".*", 0),
        ("' OR 1=1", 0),
    ):
        assert len(await names_on(visitor, search)) == found, search


async def test_no_parameter_of_any_list_shows_more_for_a_wildcard_than_for_nobodys_text(product: Product) -> None:
    tried = 0
    for operation in await operations_in_new_workspace(product):
        if operation.method != "GET":
            continue
        for name in operation.parameters or PARAMETERS_OF_PAGES.get(operation.path, ()):
            nobodys = await _shown(product, operation, name, NOBODYS)
            for value in WILD:
                assert await _shown(product, operation, name, value) == nobodys, (operation.label, name, value)
                tried += 1
    assert tried > 200


PARAMETERS_OF_PAGES = {
    "/bots": ("search", "after"),
    "/conversations": ("turn", "conversation", "bot", "user", "from", "to", "status", "before"),
    "/conversations/list": ("conversation", "bot", "user", "status"),
    "/usage": ("from", "to", "group", "bot", "model", "key", "provider"),
    "/operator": ("search", "after"),
    "/operator/turns": ("workspace", "from", "to", "error"),
}
VALUE = re.compile(r'value="[^"]*"|request_id":"[^"]*"|href="[^"]*"|\d\d:\d\d:[\d.]+Z?|<title>[^<]*|“[^”]*”')


async def _shown(product: Product, operation: Operation, name: str, value: str) -> tuple[int, str]:
    """Return the status and the answer without what repeats the question."""
    url = f"http://127.0.0.1:{operation.target.port}{good_path(operation, Random(operation.label))}"
    async with product.http.get(
        f"{url}?{urlencode({name: value})}", headers=good_headers(operation), allow_redirects=False
    ) as answer:
        return answer.status, VALUE.sub("", await answer.text())


def test_the_pages_with_parameters_are_pages() -> None:
    assert set(PARAMETERS_OF_PAGES) <= {page.path for page in PAGES}
