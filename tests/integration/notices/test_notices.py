"""A workspace is told once of each change of a key: by webhook, by e-mail, and in the API."""

from __future__ import annotations

import asyncio

from tests.integration.notices.conftest import KEY, Stage
from tests.integration.notices.receivers import is_signed
from tests.servers import until

NEW_KEY = "sk-sim-ok-" + "r" * 24


async def test_a_key_refused_in_traffic_sends_one_signed_webhook_and_one_email(stage: Stage) -> None:
    await stage.break_key()
    (notice,) = await stage.until_settled(1)

    (post,) = stage.receiver.posts
    assert is_signed(post, stage.secret)
    assert post.headers["webhook-id"] == notice["id"]
    assert post.json["type"] == "key_unusable"
    told = post.json["data"]["key"]
    assert (told["id"], told["state"], told["usable"]) == (stage.key["id"], "invalid", False)
    assert told["mask"] == stage.key["mask"]
    assert "refused" in told["reason"]
    (message,) = stage.mailbox.messages
    assert stage.mailbox.recipients == ["owner@example.com"]
    assert "cannot be used" in message["Subject"]
    assert stage.key["mask"] in message.get_content()
    assert [(d["channel"], d["status"]) for d in notice["deliveries"]] == [
        ("email", "delivered"),
        ("webhook", "delivered"),
    ]


async def test_twenty_refused_turns_make_one_notice(stage: Stage) -> None:
    stage.product.simulator.set_scenario(KEY, "invalid_api_key")
    await asyncio.gather(*(stage.workspace.ask(stage.bot["token"], f"Hello {n}?") for n in range(20)))
    await stage.break_key()

    await stage.until_settled(1)

    assert (len(stage.receiver.posts), len(stage.mailbox.messages)) == (1, 1)


async def test_a_retest_that_passes_sends_one_notice_of_recovery(stage: Stage) -> None:
    await stage.break_key("insufficient_quota")
    await stage.until_settled(1)
    stage.product.simulator.set_scenario(KEY, "ok")

    for _ in range(2):
        status, tested = await stage.workspace.admin("POST", f"/api/keys/{stage.key['id']}/test")
        assert (status, tested["usable"]) == (200, True)
    newest, _ = await stage.until_settled(2)

    assert newest["kind"] == "key_recovered"
    assert [post.json["type"] for post in stage.receiver.posts] == ["key_unusable", "key_recovered"]
    assert "works again" in stage.mailbox.messages[1]["Subject"]


async def test_a_rotation_recovers_a_key_and_says_so_with_its_new_version(stage: Stage) -> None:
    await stage.break_key()
    await stage.until_settled(1)

    status, _ = await stage.workspace.admin("POST", f"/api/keys/{stage.key['id']}/rotate", {"key": NEW_KEY})
    newest, _ = await stage.until_settled(2)

    assert (status, newest["kind"], newest["key"]["version"]) == (200, "key_recovered", 2)
    assert stage.receiver.posts[1].json["data"]["key"]["version"] == 2


async def test_what_a_person_does_to_a_key_that_works_is_no_news(stage: Stage) -> None:
    path = f"/api/keys/{stage.key['id']}"
    await stage.workspace.admin("PATCH", path, {"disabled": True})
    await stage.workspace.admin("PATCH", path, {"disabled": False})

    async def is_active() -> bool:
        return bool((await stage.workspace.admin("GET", path))[1]["state"] == "active")

    await until(is_active)
    await stage.workspace.admin("POST", f"{path}/rotate", {"key": NEW_KEY})

    assert await stage.notices() == []


async def test_a_receiver_that_fails_for_a_while_gets_the_notice_once_it_is_back(stage: Stage) -> None:
    stage.receiver.status, stage.mailbox.refuses = 500, True
    await stage.break_key()

    async def has_failed_twice() -> bool:
        (notice,) = await stage.notices()
        return all(int(delivery["attempts"]) >= 2 for delivery in notice["deliveries"])

    await until(has_failed_twice)
    (waiting,) = await stage.notices()
    assert [delivery["last_error"] for delivery in waiting["deliveries"]] == ["mail_refused", "answer_refused"]
    stage.receiver.status, stage.mailbox.refuses = 204, False
    (notice,) = await stage.until_settled(1)

    assert all(delivery["status"] == "delivered" for delivery in notice["deliveries"])
    assert {post.headers["webhook-id"] for post in stage.receiver.posts} == {notice["id"]}
    assert len(stage.mailbox.messages) == 1


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    stage.receiver.status, stage.receiver.location = 307, stage.receiver.url + "?followed"
    await stage.break_key()

    async def has_failed() -> bool:
        (notice,) = await stage.notices()
        return bool(notice["deliveries"][1]["last_error"] == "redirect_refused")

    await until(has_failed)
    assert {post.path for post in stage.receiver.posts} == {"/notices"}


async def test_a_channel_that_was_removed_gives_its_notices_up(stage: Stage) -> None:
    stage.receiver.status = 500
    await stage.break_key()
    await stage.workspace.admin("PUT", "/api/notices/settings", {"webhook_url": None})

    (notice,) = await stage.until_settled(1)

    by_channel = {delivery["channel"]: delivery for delivery in notice["deliveries"]}
    assert (by_channel["webhook"]["status"], by_channel["webhook"]["last_error"]) == ("given_up", "channel_removed")
    assert by_channel["email"]["status"] == "delivered"


async def test_the_workspace_shows_its_unusable_keys_with_the_bots_that_they_stop(stage: Stage) -> None:
    _, healthy = await stage.workspace.admin("GET", "/api/workspace")
    assert healthy["alerts"] == []
    other = await stage.workspace.add_bot("mevichat:mini")
    await stage.break_key()
    (notice,) = await stage.notices()

    _, workspace = await stage.workspace.admin("GET", "/api/workspace")

    (alert,) = workspace["alerts"]
    assert (alert["key_id"], alert["state"], alert["mask"]) == (stage.key["id"], "invalid", stage.key["mask"])
    assert alert["since"] == notice["created_at"]
    assert "rotate" in alert["what_to_do"]
    assert alert["bots"] == [stage.bot["id"]]
    assert other["id"] not in alert["bots"]
