"""Files become documents: each on its own, the old text serving until the new one is read."""

from __future__ import annotations

from typing import Any

import pytest
import redis.asyncio as redis
from sqlalchemy import text

from shared.store.documents.claim import claim_upload
from tests.integration.ingest.files import encrypted_pdf, pdf_of
from tests.integration.ingest.uploading import documents, send, until_read, upload
from tests.product import Product, Workspace, running_product
from tests.servers import until

HOURS = b"# Opening\n\n## Weekdays\n\nThe shop opens at nine.\n"
PRICES = b"article;price\nTea;3.50\nCoffee;4.20\n"
PAGE = b"<html><body><nav>Home</nav><h1>Returns</h1><p>Returns are free for 30 days.</p></body></html>"


MODELS = b"Model,Price,Warranty\nK100,49 EUR,2 years\nK200 Pro,89 EUR,5 years\n"
TABLE = b"# Models\n\n| Model | Price | Warranty |\n|---|---|---|\n| K100 | 49 EUR | 2 years |\n| K200 Pro | 89 EUR | 5 years |\n"


async def answer_of(workspace: Workspace, bot: dict[str, Any], question: str) -> str:
    _, reply = await workspace.ask(bot["token"], question)
    return str(reply["choices"][0]["message"]["content"])


async def test_files_of_every_format_are_read_and_answered_from(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    files = {"hours.md": HOURS, "prices.csv": PRICES, "returns.html": PAGE, "manual.pdf": pdf_of(["Press the button."])}
    files["note.txt"] = "Wir öffnen im Winter um zehn.".encode("latin-1")

    status, sent = await upload(workspace, bot["id"], files)
    read = await until_read(workspace)

    assert status == 202
    assert {one["title"]: one["file_name"] for one in sent["data"]} == {name.partition(".")[0]: name for name in files}
    assert {one["status"] for one in sent["data"]} <= {"waiting", "reading", "ready"}
    assert {title: (one["status"], one["passages"]) for title, one in read.items()} == dict.fromkeys(
        ("hours", "prices", "returns", "manual", "note"), ("ready", 1)
    )
    assert (read["manual"]["pages"], read["manual"]["pages_read"]) == (1, 1)
    assert "nine. (Source: hours > Opening > Weekdays)" in await answer_of(workspace, bot, "When does the shop open?")
    assert "(Source: Returns)" in await answer_of(workspace, bot, "Are returns free?")
    assert "price: 4.20" in await answer_of(workspace, bot, "What is the price of coffee?")
    assert "im Winter um zehn" in await answer_of(workspace, bot, "Wann öffnen wir im Winter?")


async def test_several_files_at_once_are_listed_and_read_in_the_order_in_which_they_were_given(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=frozenset({"ingest"})) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        names = [f"{letter}.txt" for letter in "qbzmaykxcj"]

        _, sent = await upload(workspace, bot["id"], dict.fromkeys(names, b"words"))
        listed = await documents(workspace)
        taken = [await claim_upload(product.database, lease_seconds=15) for _ in names]

        assert [one["file_name"] for one in sent["data"]] == names
        assert [one["file_name"] for one in listed] == names
        assert [one and one.file_name for one in taken] == names


@pytest.mark.parametrize("file", [{"models.csv": MODELS}, {"models.md": TABLE}], ids=["CSV", "Markdown"])
async def test_a_row_of_an_uploaded_table_answers_whole(product: Product, file: dict[str, bytes]) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    await upload(workspace, bot["id"], file)
    await until_read(workspace)

    price = await answer_of(workspace, bot, "What is the price of the K200 Pro?")
    warranty = await answer_of(workspace, bot, "What is the warranty on the K100?")
    assert price.startswith("Model: K200 Pro, Price: 89 EUR, Warranty: 5 years. (Source: ")
    assert warranty.startswith("Model: K100, Price: 49 EUR, Warranty: 2 years. (Source: ")


async def test_a_file_that_cannot_be_read_fails_with_its_reason_and_harms_no_other(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    await upload(workspace, bot["id"], {"locked.pdf": encrypted_pdf("x"), "hours.md": HOURS, "broken.pdf": b"%PDF-1.7"})
    read = await until_read(workspace)

    assert read["hours"]["status"] == "ready"
    assert (read["locked"]["status"], read["locked"]["reason_code"]) == ("failed", "encrypted")
    assert read["locked"]["reason"] == "The PDF is protected by a password; save it without one and upload that."
    assert (read["broken"]["status"], read["broken"]["reason_code"]) == ("failed", "damaged")
    assert "nine" in await answer_of(workspace, bot, "When does the shop open?")


async def test_a_replaced_file_serves_until_the_new_one_is_read_and_stays_when_that_fails(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini", cache_seconds=600)
        _, hours = await upload(workspace, bot["id"], {"hours.md": HOURS})
        await until_read(workspace)
        path = f"/api/documents/{hours['id']}"
        first = await answer_of(workspace, bot, "When does the shop open?")

        status, _ = await send(workspace, "PUT", path, {"hours.pdf": encrypted_pdf("x")})
        failed = (await until_read(workspace))["hours"]
        meanwhile = await answer_of(workspace, bot, "When does the shop open?")
        retried, refusal = await workspace.admin("POST", f"{path}/retry")
        await send(workspace, "PUT", path, {"hours.md": HOURS.replace(b"nine", b"eight")})
        ready = (await until_read(workspace))["hours"]
        last = await answer_of(workspace, bot, "When does the shop open?")

        assert (status, retried, refusal["error"]["code"]) == (202, 409, "document_not_retryable")
        assert [(one["status"], one["passages"]) for one in (failed, ready)] == [("failed", 1), ("ready", 1)]
        assert "nine" in first
        assert meanwhile == first
        assert "eight" in last, "the response cache kept the answer of another text"
        assert (await workspace.admin("POST", f"{path}/retry"))[0] == 409


async def test_what_redis_forgot_is_rung_by_the_sweeper(database_url: str, redis_url: str) -> None:
    quick: dict[str, Any] = {"sweep_seconds": 0.05, "unclaimed_seconds": 0.2}
    async with running_product(database_url, redis_url, without=frozenset({"ingest"}), **quick) as silent:
        workspace = await silent.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        _, sent = await upload(workspace, bot["id"], {"hours.md": HOURS})
        (row,) = await silent.database.call(text("SELECT status, attempts FROM document_uploads"))
        assert (sent["status"], row.status, row.attempts) == ("waiting", "waiting", 0)
    async with redis.Redis.from_url(redis_url) as client:
        await client.flushall()
    async with running_product(database_url, redis_url, **quick) as product:
        workspace = Workspace(product, workspace.workspace_id, workspace.admin_token)
        assert (await until_read(workspace))["hours"]["status"] == "ready"


async def test_a_document_that_is_deleted_or_replaced_while_it_is_read_leaves_nothing_behind(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    slow = b"<div>" * 100_000 + b"x"
    _, sent = await upload(workspace, bot["id"], {"a.html": slow, "b.html": slow})
    gone, other = (one["id"] for one in sent["data"])

    async def both_are_read() -> bool:
        return {one["status"] for one in await documents(workspace)} == {"reading"}

    await until(both_are_read)
    await workspace.admin("DELETE", f"/api/documents/{gone}")
    await send(workspace, "PUT", f"/api/documents/{other}", {"hours.md": HOURS})
    read = await until_read(workspace)

    assert {title: (one["status"], one["file_name"]) for title, one in read.items()} == {"b": ("ready", "hours.md")}
    (row,) = await product.database.call(text("SELECT count(*) AS passages FROM passages"))
    assert row.passages == 1


async def test_a_bot_takes_no_more_passages_than_it_may_have(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, bot_limit_passages=2) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        await upload(workspace, bot["id"], {"a.txt": b"x" * 1000, "b.txt": b"more"}, title="")
        read = await until_read(workspace)
        body = {"bot_id": bot["id"], "title": "T", "text": "even more"}
        status, refused = await workspace.admin("POST", "/api/documents", body)

        assert sorted(one["status"] for one in read.values()) in (["failed", "ready"], ["ready", "ready"])
        assert sum(one["passages"] for one in read.values()) <= 2
        failed = [one for one in read.values() if one["status"] == "failed"]
        assert [one["reason_code"] for one in failed] == ["bot_full"]
        assert (status, refused.get("error", {}).get("param")) in ((422, "text"), (201, None))


async def test_uploads_are_refused_with_a_sentence_that_names_the_field(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    many = {f"{number}.txt": b"words" for number in range(21)}
    tries = [
        (await upload(workspace, bot["id"], {}), "file", "file is missing"),
        (await upload(workspace, bot["id"], many), "file", "These are 21 files; send at most 20 at once."),
        (await upload(workspace, "x", {"a.txt": b"words"}), "bot_id", "bot_id must be the id of a bot."),
        (
            await upload(workspace, bot["id"], {"a.txt": b"a"}, colour="red"),
            "colour",
            "colour is no field of this form",
        ),
        (await upload(workspace, bot["id"], {"a": b"a", "b": b"b"}, title="T"), "title", "Leave the title out"),
    ]

    assert await documents(workspace) == []
    for (status, body), param, sentence in tries:
        assert status == 422
        assert body["error"]["param"] == param
        assert sentence in body["error"]["message"]


async def test_an_upload_that_is_too_large_is_refused_whole(database_url: str, redis_url: str) -> None:
    limits: dict[str, Any] = {"document_limit_bytes": 3_000_000, "upload_limit_bytes": 5_000_000}
    async with running_product(database_url, redis_url, **limits) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        one = await upload(workspace, bot["id"], {"small.txt": b"words", "large.txt": b"x" * 3_000_001})
        all_of_it = await upload(workspace, bot["id"], dict.fromkeys(("a", "b", "c"), b"x" * 2_000_000))

        assert (one[0], one[1]["error"]["code"], one[1]["error"]["param"]) == (413, "file_too_large", "file")
        assert "large.txt is larger than 3,000,000 bytes" in one[1]["error"]["message"]
        assert (all_of_it[0], all_of_it[1]["error"]["code"]) == (413, "body_too_large")
        assert await documents(workspace) == []
