"""The audit at the admin API's door: one row a change, from where it came, on which key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.dashboard.app import RESOURCES
from shared.ids import new_id
from tests.product import Product, Workspace, running_product

GOOD, OTHER = "sk-sim-ok-" + "g" * 24, "sk-sim-ok-" + "h" * 24
REFUSED = "sk-sim-invalid_api_key-" + "x" * 24
WITHOUT = frozenset({"worker", "validator", "ledger", "sweeper", "ingest"})
FAIL = text(
    "UPDATE document_uploads SET status = 'failed', reason_code = 'gave_up', reason = '' WHERE document_id = :id"
)
READS = {"GET", "HEAD"}

Call = tuple[str, dict[str, Any] | None]
"""A path and its body."""


@pytest.fixture
async def dashboard(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the admin API alone: nothing else writes into the audit."""
    async with running_product(database_url, redis_url, without=WITHOUT) as running:
        yield running


async def entries(workspace: Workspace, query: str = "") -> list[dict[str, Any]]:
    """Read the audit, the newest first."""
    status, audit = await workspace.admin("GET", f"/api/audit{query}")
    assert status == 200, audit
    found: list[dict[str, Any]] = audit["data"]
    return found


async def new_key(workspace: Workspace, rest: str = "", body: dict[str, Any] | None = None) -> Call:
    saved = await workspace.add_key("openai", f"sk-sim-ok-{new_id().hex}")
    return f"/api/keys/{saved['id']}{rest}", body


async def new_bot(workspace: Workspace, rest: str = "", body: dict[str, Any] | None = None) -> Call:
    return f"/api/bots/{(await workspace.add_bot('mevichat:mini'))['id']}{rest}", body


async def new_token(workspace: Workspace, rest: str = "") -> Call:
    _, made = await workspace.admin("POST", "/api/tokens", {"kind": "admin", "name": "CI"})
    return f"/api/tokens/{made['id']}{rest}", None


async def document(workspace: Workspace) -> Call:
    bot = await workspace.add_bot("mevichat:mini")
    return "/api/documents", {"bot_id": bot["id"], "title": "Hours", "text": "The shop opens at nine."}


async def new_document(workspace: Workspace, body: dict[str, Any] | None = None) -> Call:
    _, added = await workspace.admin("POST", *await document(workspace))
    return f"/api/documents/{added['id']}", body


async def failed_document(workspace: Workspace) -> Call:
    path, _ = await new_document(workspace)
    await workspace.admin("PUT", path, {"text": "words"})
    values = {"id": UUID(path.rpartition("/")[2])}
    await workspace.product.database.call(FAIL, **values)
    return f"{path}/retry", None


async def just(path: str, body: dict[str, Any]) -> Call:
    return path, body


CHANGES: dict[tuple[str, str], tuple[str, Callable[[Workspace], Awaitable[Call]]]] = {
    ("POST", "/api/keys"): ("key.create", lambda _: just("/api/keys", {"provider": "openai", "key": GOOD})),
    ("PATCH", "/api/keys/{id}"): ("key.update", lambda w: new_key(w, body={"label": "Second"})),
    ("DELETE", "/api/keys/{id}"): ("key.delete", new_key),
    ("POST", "/api/keys/{id}/rotate"): ("key.rotate", lambda w: new_key(w, "/rotate", {"key": OTHER})),
    ("POST", "/api/keys/{id}/test"): ("key.active", lambda w: new_key(w, "/test")),
    ("POST", "/api/bots"): ("bot.create", lambda _: just("/api/bots", {"name": "B", "model": "mevichat:mini"})),
    ("PATCH", "/api/bots/{id}"): ("bot.update", lambda w: new_bot(w, body={"name": "C"})),
    ("DELETE", "/api/bots/{id}"): ("bot.delete", new_bot),
    ("POST", "/api/tokens"): ("token.create", lambda _: just("/api/tokens", {"kind": "admin", "name": "CI"})),
    ("DELETE", "/api/tokens/{id}"): ("token.revoke", new_token),
    ("POST", "/api/tokens/{id}/rotate"): ("token.rotate", lambda w: new_token(w, "/rotate")),
    ("POST", "/api/documents"): ("document.create", document),
    ("DELETE", "/api/documents/{id}"): ("document.delete", new_document),
    ("PUT", "/api/documents/{id}"): ("document.replace", lambda w: new_document(w, {"text": "The shop opens at ten."})),
    ("POST", "/api/documents/{id}/retry"): ("document.retry", failed_document),
    ("PATCH", "/api/workspace"): ("workspace.rate", lambda _: just("/api/workspace", {"rate_per_minute": 60})),
    ("POST", "/api/erasures"): ("user.erase", lambda _: just("/api/erasures", {"user": "somebody"})),
    ("PUT", "/api/notices/settings"): (
        "notices.settings",
        lambda _: just("/api/notices/settings", {"webhook_url": "https://example.com/hook"}),
    ),
}
"""How each operation that changes something is called, and what the audit calls it."""
NO_FORM = {"no_such_field": 1}
ONLY_SENDS = {("POST", "/api/notices/test")}
"""Sends a notice through what is set, and sets nothing."""


async def test_every_operation_that_changes_something_writes_exactly_one_row(dashboard: Product) -> None:
    routes = {(method, route.path) for route in RESOURCES for method in (route.methods or set()) - READS}
    assert routes == set(CHANGES) | ONLY_SENDS, "an operation of the admin API has no place in this table"
    workspace = await dashboard.make_workspace()

    for (method, path), (action, prepare) in CHANGES.items():
        call = await prepare(workspace)
        before = await entries(workspace)
        status, answer = await workspace.admin(method, *call)
        after = await entries(workspace)

        assert status in (200, 201, 202), (method, path, answer)
        assert [row["action"] for row in after[: len(after) - len(before)]] == [action], (method, path)
        assert after[0]["source"] == "127.0.0.1"
        assert after[0]["actor"].startswith("token ")


async def test_of_a_changed_prompt_the_audit_keeps_that_it_changed(dashboard: Product) -> None:
    workspace = await dashboard.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {"name": "C", "system_prompt": "Be brief."})

    assert (await entries(workspace))[0]["details"] == {"name": "C", "system_prompt": "changed"}


async def test_what_changes_nothing_writes_no_row(dashboard: Product) -> None:
    workspace = await dashboard.make_workspace()
    before = await entries(workspace)

    for method, path in CHANGES:
        unknown = path.replace("{id}", str(new_id()))
        status, _ = await workspace.admin(method, unknown, {"key": OTHER} if path.endswith("rotate") else NO_FORM)
        assert status in (404, 422), (method, path)

    assert await entries(workspace) == before


async def test_fingerprints_are_equal_for_equal_keys_only_and_never_the_key(dashboard: Product) -> None:
    workspace, stranger = await dashboard.make_workspace(), await dashboard.make_workspace()
    first = await workspace.add_key("openai", GOOD)
    await workspace.admin("DELETE", f"/api/keys/{first['id']}")
    second = await workspace.add_key("openai", f" {GOOD} ")
    await stranger.add_key("openai", GOOD)
    await workspace.admin("POST", f"/api/keys/{second['id']}/rotate", {"key": OTHER})

    rotated, saved_again, _, saved, *_ = await entries(workspace)
    (elsewhere, *_) = await entries(stranger)

    assert saved["target"] == first["id"]
    assert saved["fingerprint_before"] is None
    assert saved["fingerprint_after"] == saved_again["fingerprint_after"] == rotated["fingerprint_before"]
    assert rotated["fingerprint_after"] != rotated["fingerprint_before"]
    assert elsewhere["fingerprint_after"] != saved["fingerprint_after"]
    assert GOOD not in str(await entries(workspace))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (REFUSED, "key_refused"),
        ("sk-sim-server_is_overloaded-" + "x" * 24, "could_not_verify"),
        ("sk-ant-" + "x" * 24, "invalid_key_format"),
    ],
)
async def test_a_refused_key_leaves_who_tried_and_the_code_and_nothing_of_its_text(
    dashboard: Product, text: str, code: str
) -> None:
    workspace = await dashboard.make_workspace()
    kept = await workspace.add_key("openai", GOOD)

    await workspace.admin("POST", "/api/keys", {"provider": "openai", "key": text})
    await workspace.admin("POST", f"/api/keys/{kept['id']}/rotate", {"key": text})

    rotation, save = await entries(workspace, "?action=key.refused")
    assert (rotation["target"], save["target"]) == (kept["id"], workspace.workspace_id)
    for row in (rotation, save):
        assert row["details"] == {"provider": "openai", "code": code}
        assert (row["source"], row["fingerprint_before"], row["fingerprint_after"]) == ("127.0.0.1", None, None)


async def test_a_key_that_was_pasted_into_the_wrong_field_is_not_kept_by_the_audit(dashboard: Product) -> None:
    workspace = await dashboard.make_workspace()

    await workspace.admin("POST", "/api/keys", {"provider": GOOD, "key": GOOD})

    (row, *_) = await entries(workspace)
    assert (row["action"], row["details"]) == ("key.refused", {"provider": None, "code": "invalid_request"})


async def test_the_audit_is_filtered_by_target_and_action(dashboard: Product) -> None:
    workspace = await dashboard.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    await workspace.add_bot("mevichat:mini")
    await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {"name": "C"})

    of_bot = await entries(workspace, f"?target={bot['id']}")
    made = await entries(workspace, "?action=bot.create")
    both = await entries(workspace, f"?target={bot['id']}&action=bot.create")

    assert [row["action"] for row in of_bot] == ["bot.update", "bot.create"]
    assert len(made) == 2
    assert [row["id"] for row in both] == [of_bot[1]["id"]]
    assert await entries(workspace, f"?after={both[0]['id']}&action=bot.create") == []
    for query, param in (("?target=%00", "target"), ("?after=x", "after"), (f"?after={'9' * 30}", "after")):
        status, answer = await workspace.admin("GET", f"/api/audit{query}")
        assert (status, answer["error"]["param"]) == (422, param)


async def source_of_a_change(product: Product, forwarded_for: str) -> str:
    """Change something with that header and return from where the audit says it came."""
    workspace = await product.make_workspace()
    headers = {"Authorization": f"Bearer {workspace.admin_token}", "X-Forwarded-For": forwarded_for}
    body = {"name": "B", "model": "mevichat:mini"}
    async with product.http.post(product.admin_url + "/api/bots", json=body, headers=headers) as answer:
        assert answer.status == 201
    return str((await entries(workspace))[0]["source"])


async def test_a_header_says_nothing_about_the_source_unless_its_proxy_is_trusted(dashboard: Product) -> None:
    assert await source_of_a_change(dashboard, "203.0.113.9") == "127.0.0.1"


async def test_a_trusted_proxy_names_the_client_and_a_forged_hop_before_it_counts_for_nothing(
    database_url: str, redis_url: str
) -> None:
    proxies: dict[str, Any] = {"trusted_proxies": "127.0.0.0/8,198.51.100.1"}
    async with running_product(database_url, redis_url, without=WITHOUT, **proxies) as product:
        assert await source_of_a_change(product, "203.0.113.9") == "203.0.113.9"
        assert await source_of_a_change(product, "10.9.9.9, 203.0.113.9, 198.51.100.1") == "203.0.113.9"
        assert await source_of_a_change(product, "<script>") == "unknown"
