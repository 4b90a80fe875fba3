"""Whatever a form holds, no page fails."""

from __future__ import annotations

import asyncio
import re
from http.client import HTTPConnection
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings, strategies

from services.dashboard.pages.page import Page
from shared.domain.roles import Role
from tests.integration.dashboard.walk import make_things, pages, path_with
from tests.product import Product
from tests.visitor import COOKIE, Visitor

EXAMPLES_A_PAGE = 40
FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
ODD = ["", " ", "0", "-1", "1e9", "9" * 30, "null", "\x00", "\ud800", "'; --", "<script>", "%00", "\u202e", "ü" * 300]
VALUES = strategies.one_of(strategies.sampled_from(ODD), strategies.text(max_size=60))


async def test_no_form_makes_a_page_fail_whatever_it_holds(product: Product) -> None:
    workspace = await product.make_workspace()
    things = await make_things(workspace)
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    for page in pages("POST"):
        visitor = operator if page.needs is Role.OPERATOR else owner
        fields = await fields_of(page, visitor, things)
        await asyncio.to_thread(send_many, page, visitor, fields, list(things.values()))


async def fields_of(page: Page, visitor: Visitor, things: dict[str, str]) -> list[str]:
    """Return the names of the fields that the page's own form has, and one that none has."""
    found = {"from", "to", "error", "turns", "unknown"}
    for thing in things.values():
        found |= set(FIELD.findall((await visitor.get(path_with(page, thing))).text))
    return sorted(found - {"csrf"})


def send_many(page: Page, visitor: Visitor, fields: list[str], ids: list[str]) -> None:
    """Send forms that hypothesis makes up; on a thread of its own, for hypothesis knows no event loop."""
    forms = strategies.dictionaries(strategies.sampled_from(fields), VALUES)

    @settings(
        max_examples=EXAMPLES_A_PAGE,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(form=forms, thing=strategies.sampled_from([*ids, "x", "%00", "{}"]))
    def send(form: dict[str, str], thing: str) -> None:
        body = urlencode(form | {"csrf": visitor.csrf}, errors="surrogatepass")
        status = post(visitor, path_with(page, thing), body)
        assert status < 500 or (status == 502 and "key" in form), (page.path, status)

    send()


def post(visitor: Visitor, path: str, body: str) -> int:
    """Send the form; return the status."""
    connection = HTTPConnection("127.0.0.1", visitor.product.settings.dashboard_port, timeout=30)
    headers = {"Cookie": f"{COOKIE}={visitor.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
