"""Parameters behind the `?`: a misspelt one is refused, not ignored."""

from __future__ import annotations

import pytest

from services.dashboard.api.parameters import KNOWN
from services.dashboard.app import RESOURCES
from shared.ids import new_id
from tests.product import Product
from tests.visitor import Visitor

OPERATIONS = [(method, route.path) for route in RESOURCES for method in sorted((route.methods or set()) - {"HEAD"})]


async def test_no_operation_takes_a_parameter_that_it_does_not_know(product: Product) -> None:
    workspace = await product.make_workspace()
    assert len(OPERATIONS) > 20
    for method, path in OPERATIONS:
        known = KNOWN.get(path, ()) if method == "GET" else ()
        status, answer = await workspace.admin(method, path.replace("{id}", str(new_id())) + "?colour=red")
        takes = f"it takes {', '.join(known)}." if known else "it takes none."
        assert status == 422, (method, path)
        assert answer["error"]["param"] == "colour"
        assert answer["error"]["message"] == f"colour is no parameter of {method} {path}; {takes}"


@pytest.mark.parametrize("path", KNOWN)
async def test_every_known_parameter_passes_and_openapi_names_it(product: Product, path: str) -> None:
    workspace = await product.make_workspace()
    for name in KNOWN[path]:
        status, answer = await workspace.admin("GET", f"{path}?{name}=")
        assert status == 200 or answer["error"]["message"].startswith(name), (name, answer)
    _, document = await workspace.admin("GET", "/openapi.json")
    named = [each["name"] for each in document["paths"][path]["get"]["parameters"] if each["in"] == "query"]
    assert named == list(KNOWN[path])


async def test_who_may_not_come_is_told_that_first(product: Product) -> None:
    async with product.http.get(product.admin_url + "/api/keys?colour=red") as answer:
        assert answer.status == 401


async def test_a_page_ignores_what_it_does_not_know(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    for path in ("/", "/keys", "/usage", "/conversations", "/bots"):
        assert (await visitor.get(f"{path}?colour=red")).status == 200
