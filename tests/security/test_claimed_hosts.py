"""What a request says about hosts, addresses and methods changes nothing of its answer, at any operation and page."""

from __future__ import annotations

import re
from random import Random

from tests.product import Product
from tests.security.fuzz.operations import Operation
from tests.security.fuzz.requests import good_headers, good_path
from tests.security.fuzz.workspaces import operations_in_new_workspace
from tests.visitor import Visitor

CLAIMS = (
    {"Host": "evil.example"},
    {"Host": "evil.example/admin?"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "1"},
    {"Forwarded": "for=1.2.3.4;host=evil.example;proto=https"},
    {"X-Forwarded-For": "evil.example", "X-Real-IP": "evil.example", "True-Client-IP": "evil.example"},
    {"X-Original-URL": "/api/evil.example", "X-Rewrite-URL": "/evil.example"},
    {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE", "X-Forwarded-Prefix": "/evil.example"},
)
MOVING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|dashboard-\w+|\d\d:\d\d(?::[\d.]+Z?)?|\d+ (?:second|minute)s?|just now|[\d.]+ ?m?s\b"
)
"""What differs from one answer to the next: a request's id, times."""


async def read(product: Product, operation: Operation, claims: dict[str, str]) -> tuple[int, dict[str, str], str]:
    url = f"http://127.0.0.1:{operation.target.port}{good_path(operation, Random(operation.label))}"
    headers = good_headers(operation) | claims
    async with product.http.request(operation.method, url, headers=headers, allow_redirects=False) as answer:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in ("date", "content-length")}
        return answer.status, kept, MOVING.sub("", await answer.text())


async def test_no_answer_to_reading_differs_or_repeats_what_a_request_claims(product: Product) -> None:
    operations = [
        each
        for each in await operations_in_new_workspace(product)
        if each.method == "GET" and each.path not in ("/overview/now", "/operator/queue", "/operator/queue/now")
    ]
    for operation in operations:
        plain = await read(product, operation, {})
        for claims in CLAIMS:
            claimed = await read(product, operation, claims)
            assert claimed == plain, (operation.label, claims, _difference(plain[2], claimed[2]))
            assert "evil.example" not in claimed[2] + str(claimed[1]), operation.label
    assert len(operations) > 50


def _difference(one: str, other: str) -> str:
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    return "; ".join(f"{left} | {right}" for left, right in pairs if left != right)[:500]


async def test_no_redirect_cookie_or_refusal_is_made_of_what_a_request_claims(product: Product) -> None:
    workspace = await product.make_workspace()
    for claims in CLAIMS:
        visitor = Visitor(product, headers=claims)
        into = await visitor.sign_in(token=workspace.admin_token, next="/keys")
        away = await Visitor(product, headers=claims).get("/keys")
        assert (into.leads_to, away.leads_to) == ("/keys", "/login?next=/keys")
        assert "domain" not in into.headers["Set-Cookie"].lower()
        for path in ("/keys/", "/v1/models/", "//evil.example/%2f..", "/login/", "/static"):
            for base in (product.admin_url, product.chat_url.removesuffix("/v1")):
                async with product.http.get(base + path, headers=claims, allow_redirects=False) as answer:
                    assert "evil.example" not in answer.headers.get("Location", ""), (base, path)
                    assert answer.status in (303, 400, 401, 404), (base, path, answer.status)


async def test_a_way_back_after_login_makes_no_header(product: Product) -> None:
    workspace = await product.make_workspace()
    for way in ("/keys\r\nSet-Cookie: a=b", "/keys\nX: y", "/keys%0d%0aSet-Cookie:%20a=b", "/keys\u2028x", "/\x00"):
        answer = await Visitor(product).send("POST", "/login", {"token": workspace.admin_token, "next": way})
        assert answer.status == (422 if "\x00" in way else 303)
        assert answer.leads_to in ("", "/", "/keys%0d%0aSet-Cookie:%20a=b")
        assert "a=b" not in answer.headers.get("Set-Cookie", "")
