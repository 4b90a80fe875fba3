"""Every answer of the dashboard's port bears its headers, whoever made it."""

from __future__ import annotations

from sqlalchemy import text

from services.dashboard.app import PAGES
from services.dashboard.pages.usage import IMAGE_POLICY
from shared.ids import new_id
from tests.integration.dashboard.walk import path_with
from tests.product import Product
from tests.visitor import Answer, Visitor


def assert_safe(answer: Answer, path: str) -> None:
    """Hold an answer against what all of them must have."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert answer.headers["X-Frame-Options"] == "DENY", path
    assert answer.headers["Referrer-Policy"] == "same-origin", path
    if answer.headers.get("Content-Type") == "image/svg+xml" and not path.startswith("/static/"):
        assert answer.headers["Content-Security-Policy"] == IMAGE_POLICY, path  # a style of its own, nothing else
        return
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", path
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static/") else "no-store"), path
    assert len(answer.headers.getall("Cache-Control")) == 1, path


async def test_pages_errors_files_and_the_api_all_bear_the_headers(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor, operator = await Visitor.of_workspace(workspace), await Visitor.operator(product)
    paths = ["/login", "/nowhere", "/keys/", "/static/mevichat.css", "/static/nowhere", "/openapi.json", "/metrics"]
    paths += ["/health/live", "/health/ready", "/api/keys", "/api/nowhere"]

    for path in [*paths, *(path_with(page, new_id()) for page in PAGES if page.method == "GET")]:
        for each in (visitor, operator, Visitor(product)):
            assert_safe(await each.get(path), path)
    for path in [*paths, *(path_with(page, new_id()) for page in PAGES if page.method == "POST")]:
        assert_safe(await visitor.send("POST", path, {}), path)
    headers = {"Authorization": f"Bearer {workspace.admin_token}"}
    async with product.http.get(f"{product.admin_url}/api/keys", headers=headers) as answer:
        assert_safe(Answer(answer.status, answer.headers, ""), "/api/keys")


async def test_a_failure_that_nobody_foresaw_is_a_page_or_an_answer_with_the_headers(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)
    await product.database.call(text("ALTER TABLE usage_daily_all_bots RENAME TO gone"))

    page = await visitor.get("/")
    status, answer = await workspace.admin("GET", "/api/usage")

    assert page.status == status == 500
    assert_safe(page, "/")
    assert "Something failed on our side" in page.text
    assert "usage_daily" not in page.text + str(answer)
    assert answer["error"]["code"] == "server_error"
