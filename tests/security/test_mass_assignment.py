"""Fields that nobody may set: refused where fields are known, without effect where callers may send extras."""

from __future__ import annotations

from random import Random
from typing import Any

from sqlalchemy import text

from tests.integration.dashboard.walk import rows_of
from tests.product import Product
from tests.security.fuzz.bodies import encoded, good_object
from tests.security.fuzz.operations import FORM, JSON, Operation
from tests.security.fuzz.requests import good_headers, good_path
from tests.security.fuzz.rows import RowWatch
from tests.security.fuzz.workspaces import operations_in_new_workspace

OURS: dict[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000000",
    "workspace_id": "00000000-0000-7000-8000-000000000000",
    "role": "owner",
    "plan": "scale",
    "state": "active",
    "usable": True,
    "version_": 9,
    "verdict_seq": 9,
    "epoch": 9,
    "slots": 9_999,
    "message_limit": 999_999,
    "token": "mvb_mine",
    "token_hash": "00",
    "sealed": "00",
    "base_url": "http://127.0.0.1:9/",
    "created_at": "2020-01-01T00:00:00Z",
    "is_admin": True,
    "quota_month": "2020-01",
    "position": 1,
    "attempt": 9,
}
"""Names of columns and of other products' fields."""


async def send(product: Product, operation: Operation, more: dict[str, Any]) -> tuple[int, str]:
    random = Random(operation.label)
    body = operation.target.fields | good_object(operation.schema, operation.target.ids, random) | more
    url = f"http://127.0.0.1:{operation.target.port}{good_path(operation, random)}"
    data = encoded(operation, body, random)
    async with product.http.request(
        operation.method, url, data=data, headers=good_headers(operation), allow_redirects=False
    ) as answer:
        return answer.status, await answer.text()


async def test_every_write_of_the_admin_api_refuses_each_of_them_by_name_and_changes_nothing(product: Product) -> None:
    operations = [
        each
        for each in await operations_in_new_workspace(product)
        if each.content_type == JSON and each.path.startswith("/api/")
    ]
    watch, tried = RowWatch(product.database), 0
    for operation in operations:
        known = operation.schema["properties"]
        before = await watch.digest(operation)
        for name, value in OURS.items():
            if name not in known:
                status, body = await send(product, operation, {name: value})
                assert (status, f"{name} is not a field of this request" in body) == (422, True), (
                    operation.label,
                    name,
                )
                tried += 1
        assert not before.changed_until(await watch.digest(operation)), operation.label
    assert tried >= len(operations) * (len(OURS) - 3)


async def test_a_chat_request_says_that_it_ignores_them_and_its_row_knows_none(product: Product) -> None:
    (operation,) = (each for each in await operations_in_new_workspace(product) if each.path.endswith("/completions"))
    configuration = ("workspaces", "bots", "members", "documents", "notice_settings")
    before = await rows_of(product.database, *configuration)
    status, answer = await send(product, operation, OURS)

    assert status == 200, answer
    assert all(f'"{name}"' in answer for name in OURS)
    (row,) = await product.database.call(text("SELECT * FROM turns ORDER BY accepted_at DESC, id DESC LIMIT 1"))
    stored = {name: str(value) for name, value in row._mapping.items() if name in OURS}
    assert not {name for name, value in stored.items() if name not in ("attempt", "position") and value == OURS[name]}
    assert row.attempt == 1
    assert await rows_of(product.database, *configuration) == before


async def test_no_form_of_a_page_sets_what_it_does_not_show(product: Product) -> None:
    operations = [each for each in await operations_in_new_workspace(product) if each.content_type == FORM]
    of_workspace = [each for each in operations if not each.path.startswith("/operator")]
    before = await _rights(product)
    for operation in of_workspace:
        hidden = {name: value for name, value in OURS.items() if name not in operation.schema["properties"]}
        status, _ = await send(product, operation, hidden)
        assert status < 500, operation.label

    assert len(of_workspace) > 20
    assert await _rights(product) == before


async def _rights(product: Product) -> list[tuple[Any, ...]]:
    """Return what a workspace may, who its owners are, and whose its things are."""
    statement = (
        "SELECT w.id::text, w.plan, c.slots, c.message_limit, "
        "(SELECT count(*) FROM members AS m WHERE m.role = 'owner' AND m.workspace_id = w.id) AS owners, "
        "(SELECT count(*) FROM bots AS b WHERE b.workspace_id <> w.id) AS others_bots "
        "FROM workspaces AS w JOIN workspace_counters AS c ON c.workspace_id = w.id ORDER BY 1"
    )
    return [tuple(row) for row in await product.database.call(text(statement))]


async def test_the_same_field_twice_is_read_once_and_the_last_counts(product: Product) -> None:
    workspace = await product.make_workspace()
    headers = {"Authorization": f"Bearer {workspace.admin_token}", "Content-Type": "application/json"}
    body = b'{"name": "first", "model": "mevichat:mini", "name": "second"}'
    async with product.http.post(f"{product.admin_url}/api/bots", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["name"]) == (201, "second")
