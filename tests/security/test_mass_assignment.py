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
    configuration = ("workspaces", "provider_keys", "bots", "tokens", "members", "documents", "notice_settings")
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
    plans = "SELECT id::text, plan::text, slots::text FROM workspaces AS w JOIN workspace_counters AS c ON true"
    looked = [plans, "SELECT id::text, role::text, workspace_id::text FROM members", "SELECT message_limit FROM quota"]
    looked += ["SELECT id::text, workspace_id::text, token_hash::text FROM tokens WHERE kind = 'admin'"]
    before = [await _rows(product, statement) for statement in looked]
    for operation in operations:
        hidden = {name: value for name, value in OURS.items() if name not in operation.schema["properties"]}
        if not operation.path.startswith("/operator"):
            assert (await send(product, operation, hidden))[0] < 500, operation.label
    after = [await _rows(product, statement) for statement in looked]

    assert len(operations) > 20
    assert [rows <= later for rows, later in zip(before, after, strict=True)][:1] == [True]
    made_owner = {row for row in after[1] - before[1] if row[1] == "owner"}
    assert not made_owner
    assert OURS["workspace_id"] not in str(after)
    assert before[2] == after[2]


async def _rows(product: Product, statement: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await product.database.call(text(statement))}


async def test_the_same_field_twice_is_read_once_and_the_last_counts(product: Product) -> None:
    workspace = await product.make_workspace()
    headers = {"Authorization": f"Bearer {workspace.admin_token}", "Content-Type": "application/json"}
    body = b'{"name": "first", "model": "mevichat:mini", "name": "second"}'
    async with product.http.post(f"{product.admin_url}/api/bots", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["name"]) == (201, "second")
