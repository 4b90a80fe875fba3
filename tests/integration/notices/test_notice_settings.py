"""The admin API of notices: where to tell, what was told, and a test."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.notices.conftest import Stage
from tests.integration.notices.receivers import is_signed
from tests.product import Product

SETTINGS = "/api/notices/settings"


async def test_a_secret_is_shown_when_a_url_is_set_or_it_is_rotated_and_never_again(product: Product) -> None:
    workspace = await product.make_workspace()
    _, first = await workspace.admin("PUT", SETTINGS, {"webhook_url": "https://example.com/a"})
    _, same = await workspace.admin("PUT", SETTINGS, {"webhook_url": "https://example.com/a"})
    _, shown = await workspace.admin("GET", SETTINGS)
    _, rotated = await workspace.admin("PUT", SETTINGS, {"rotate_secret": True})
    _, moved = await workspace.admin("PUT", SETTINGS, {"webhook_url": "https://example.com/b"})

    secrets = [answer["webhook_secret"] for answer in (first, rotated, moved)]
    assert len(set(secrets)) == 3
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert "webhook_secret" not in same
    assert shown == {"webhook_url": "https://example.com/a", "email": None, "email_available": False}


async def test_settings_are_one_workspace_s_own_and_every_change_is_audited_without_the_secret(
    product: Product,
) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    _, answer = await workspace.admin("PUT", SETTINGS, {"webhook_url": "https://example.com/a?token=t0p"})

    assert (await stranger.admin("GET", SETTINGS))[1]["webhook_url"] is None
    _, audit = await workspace.admin("GET", "/api/audit")
    assert audit["data"][0]["action"] == "notices.settings"
    assert audit["data"][0]["details"] == {"webhook_url": "example.com"}
    assert answer["webhook_secret"] not in str(audit)
    assert "t0p" not in str(audit)


@pytest.mark.parametrize(
    ("body", "param", "word"),
    [
        ({"webhook_url": "http://example.com"}, "webhook_url", "https://"),
        ({"webhook_url": "https://127.0.0.1/"}, "webhook_url", "public internet"),
        ({"webhook_url": "https://10.0.0.8/"}, "webhook_url", "public internet"),
        ({"webhook_url": "https://[::ffff:a00:8]/"}, "webhook_url", "public internet"),
        ({"webhook_url": "https://localhost/"}, "webhook_url", "public internet"),
        ({"webhook_url": "https://me@example.com/"}, "webhook_url", "user name"),
        ({"webhook_url": 5}, "webhook_url", "must be a text"),
        ({"email": "owner@example.com"}, "email", "MEVICHAT_SMTP_HOST"),
        ({"rotate_secret": True}, "rotate_secret", "webhook_url first"),
        ({"secret": "mine"}, "secret", "not a field"),
    ],
)
async def test_a_bad_setting_is_explained_and_nothing_changes(
    product: Product, body: dict[str, Any], param: str, word: str
) -> None:
    workspace = await product.make_workspace()

    status, answer = await workspace.admin("PUT", SETTINGS, body)

    assert (status, answer["error"]["param"]) == (422, param)
    assert word in answer["error"]["message"]
    _, shown = await workspace.admin("GET", SETTINGS)
    assert (shown["webhook_url"], shown["email"]) == (None, None)
    _, audit = await workspace.admin("GET", "/api/audit")
    assert "notices.settings" not in {row["action"] for row in audit["data"]}


async def test_an_email_address_must_be_one_address(stage: Stage) -> None:
    for wrong in ("", "owner", "a@b.example, c@d.example", "Owner <a@b.example>", "a@b.example\nBcc: c@d.example"):
        status, answer = await stage.workspace.admin("PUT", SETTINGS, {"email": wrong})
        assert (status, answer["error"]["param"]) == (422, "email")
    assert (await stage.workspace.admin("GET", SETTINGS))[1]["email"] == "owner@example.com"


async def test_a_test_notice_goes_through_every_channel_but_not_twice_in_a_moment(stage: Stage) -> None:
    status, sent = await stage.workspace.admin("POST", "/api/notices/test")
    again, refused = await stage.workspace.admin("POST", "/api/notices/test")
    (notice,) = await stage.until_settled(1)

    assert (status, sent["kind"], notice["id"]) == (202, "test", sent["id"])
    assert (again, refused["error"]["code"]) == (429, "rate_limit_exceeded")
    (post,) = stage.receiver.posts
    assert is_signed(post, stage.secret)
    assert (post.json["type"], post.json["data"]["key"]) == ("test", None)
    assert stage.mailbox.messages[0]["Subject"] == "Test notice from Mevichat"


async def test_a_test_with_nothing_set_says_what_to_set(product: Product) -> None:
    workspace = await product.make_workspace()

    status, answer = await workspace.admin("POST", "/api/notices/test")

    assert (status, answer["error"]["param"]) == (422, "webhook_url")


async def test_after_a_new_secret_notices_are_signed_with_it(stage: Stage) -> None:
    _, rotated = await stage.workspace.admin("PUT", SETTINGS, {"rotate_secret": True})
    await stage.workspace.admin("POST", "/api/notices/test")
    await stage.until_settled(1)

    assert is_signed(stage.receiver.posts[0], rotated["webhook_secret"])
    assert not is_signed(stage.receiver.posts[0], stage.secret)


async def test_notices_come_in_pages_the_newest_first_and_only_the_workspace_s_own(stage: Stage) -> None:
    await stage.break_key()
    stage.product.simulator.set_scenario("sk-sim-ok-" + "n" * 24, "ok")
    await stage.workspace.admin("POST", f"/api/keys/{stage.key['id']}/test")
    stranger = await stage.product.make_workspace()

    _, first = await stage.workspace.admin("GET", "/api/notices?limit=1")
    _, second = await stage.workspace.admin("GET", f"/api/notices?limit=1&after={first['next_cursor']}")

    assert [page["data"][0]["kind"] for page in (first, second)] == ["key_recovered", "key_unusable"]
    assert second["next_cursor"] is None
    assert (await stranger.admin("GET", "/api/notices"))[1]["data"] == []
    for after in ("x", str(new_id()), first["next_cursor"]):
        asker = stranger if after == first["next_cursor"] else stage.workspace
        status, answer = await asker.admin("GET", f"/api/notices?after={after}")
        assert (status, answer["error"]["param"]) == (422, "after")
