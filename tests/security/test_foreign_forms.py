"""Forms that another site sends with the victim's cookie: none of them does anything, at any form that there is."""

from __future__ import annotations

from urllib.parse import urlencode

from shared.domain.roles import Role
from tests.integration.dashboard.walk import make_things, pages, path_with, rows_of
from tests.product import Product
from tests.visitor import Answer, Visitor


def foreign_headers(host: str) -> list[dict[str, str]]:
    """Return what browsers and imitations of our own origin send."""
    origins = ["null", "", "https://evil.example", f"http://{host}.evil.example", f"http://evil.example/{host}"]
    origins += [
        f"http://{host}@evil.example",
        f"http://{host.partition(':')[0]}",
        f"http://{host}0",
        host,
        f"//{host}/",
    ]
    origins += [f"http://{host}, http://evil.example", f"http://{host}/", f"http://{host} ", "http://"]
    # aiohttp and servers drop white space around a value, as the standard asks
    headers = [{"Origin": origin} for origin in origins if origin.strip() != f"http://{host}"]
    headers += [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "odd")]
    headers += [{"Origin": "null", "Host": ""}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}]
    return headers


async def test_no_form_is_taken_from_another_origin_even_with_the_right_token(product: Product) -> None:
    things = await make_things(workspace := await product.make_workspace())
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    before, tried = await rows_of(product.database), 0
    for page in pages("POST"):
        visitor = operator if page.needs is Role.OPERATOR else owner
        for headers in foreign_headers(f"127.0.0.1:{product.settings.dashboard_port}"):
            visitor.headers = headers
            answer = await visitor.post(path_with(page, things["bot"]))
            assert answer.status == 403, (page.path, headers)
            tried += 1
        visitor.headers = {}
    assert tried > 500
    assert await rows_of(product.database) == before


async def test_the_token_counts_in_the_body_of_a_form_and_nowhere_else(product: Product) -> None:
    things = await make_things(workspace := await product.make_workspace())
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(product)
    before = await rows_of(product.database)
    for page in pages("POST"):
        visitor = operator if page.needs is Role.OPERATOR else owner
        path = path_with(page, things["bot"])
        for answer in await _token_elsewhere(visitor, path):
            assert answer.status in (403, 422), page.path
    assert await rows_of(product.database) == before


async def _token_elsewhere(visitor: Visitor, path: str) -> list[Answer]:
    answers = [await visitor.send("POST", f"{path}?{urlencode({'csrf': visitor.csrf})}", {})]
    for headers in ({"X-CSRF-Token": visitor.csrf}, {"Referer": f"{visitor.product.admin_url}/?csrf={visitor.csrf}"}):
        visitor.headers = headers
        answers.append(await visitor.send("POST", path, {}))
    for content_type in ("text/plain", "application/json"):  # what a form of another site can and cannot send
        visitor.headers = {"Content-Type": content_type}
        answers.append(await visitor.send("POST", path, f'{{"csrf": "{visitor.csrf}"}}'.encode()))
    visitor.headers = {}
    return answers


async def test_signing_in_and_out_ask_for_their_own_origin_too(product: Product) -> None:
    workspace = await product.make_workspace()
    inside = await Visitor.of_workspace(workspace)
    for headers in foreign_headers(f"127.0.0.1:{product.settings.dashboard_port}"):
        inside.headers = headers
        assert (await inside.post("/logout")).status == 403, headers
        stranger = Visitor(product, headers=headers)
        answer = await stranger.send("POST", "/login", {"token": workspace.admin_token})
        assert (answer.status, stranger.cookie) == (403, None), headers
    inside.headers = {}
    assert (await inside.get("/")).status == 200
