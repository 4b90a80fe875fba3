"""The test chat: it streams, counts like any message, and tells the owner why a reply failed."""

from __future__ import annotations

import re

from shared.domain.error_types import APOLOGY
from tests.integration.dashboard.bot_pages import say, text_of
from tests.product import Product
from tests.visitor import Visitor

KEY = "sk-sim-ok.chunkdelay20-" + "c" * 24
CONVERSATION = "dashboard-" + "0a" * 16


async def test_the_chat_streams_word_by_word_and_counts_as_a_message(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    visitor = await Visitor.of_workspace(workspace)

    status, lines = await say(visitor, bot["id"], "word " * 20, CONVERSATION)
    _, second = await say(visitor, bot["id"], "And then?", CONVERSATION)

    assert status == 200
    assert len([line for line in lines if "text" in line]) > 1
    assert "word word" in text_of(lines)
    assert lines[-1]["end"]["status"] == "completed"
    assert re.fullmatch(r"gpt-5-mini · \d+ tokens in, \d+ out", lines[-1]["end"]["facts"])
    assert "word word" in text_of(second)  # the simulator repeats all that it was told: the first message too
    assert (await workspace.admin("GET", "/api/quota"))[1]["used"] == 2


async def test_without_a_script_the_next_page_holds_the_whole_reply(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    await workspace.admin("POST", "/api/documents", {"bot_id": bot["id"], "title": "Hours", "text": "We open at nine."})
    visitor = await Visitor.of_workspace(workspace)

    sent = await visitor.post(f"/bots/{bot['id']}/chat", message="When do you open?", conversation=CONVERSATION)
    page = await visitor.get(sent.leads_to.partition("#")[0])

    assert sent.leads_to == f"/bots/{bot['id']}?conversation={CONVERSATION}#chat"
    assert "When do you open?" in page.text
    assert "We open at nine. (Source: Hours)" in page.text


async def test_a_failed_reply_reads_the_apology_and_tells_the_admin_the_reason(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("claude-haiku-4-5")
    visitor = await Visitor.of_workspace(workspace)

    _, lines = await say(visitor, bot["id"], "Hello", CONVERSATION)
    page = await visitor.get(f"/bots/{bot['id']}?conversation={CONVERSATION}")

    assert text_of(lines) == APOLOGY
    assert lines[-1]["end"]["status"] == "failed"
    assert "no Anthropic key" in lines[-1]["end"]["reason"]
    assert APOLOGY.replace("'", "&#39;") in page.text
    assert "Why, for you alone: The workspace has no Anthropic key" in page.text


async def test_what_is_refused_says_so_beside_the_field_and_keeps_the_message(product: Product) -> None:
    workspace = await product.make_workspace(message_limit=0)
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    empty, empty_lines = await say(visitor, bot["id"], "  ")
    full, full_lines = await say(visitor, bot["id"], "Hello")
    page = await visitor.post(f"/bots/{bot['id']}/chat", message="Hello there")

    assert (empty, empty_lines) == (422, [{"problem": "Write a message of 1 to 100,000 characters."}])
    assert (full, page.status) == (429, 429)
    assert "has used its messages of the month" in full_lines[0]["problem"]
    assert 'id="message-problem">This workspace has used its messages' in page.text
    assert ">Hello there</textarea>" in page.text


async def test_the_chat_shows_no_end_users_conversation(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    await workspace.ask(bot["token"], "a private question", conversation="customer-1")
    visitor = await Visitor.of_workspace(workspace)

    page = await visitor.get(f"/bots/{bot['id']}?conversation=customer-1")

    assert page.status == 200
    assert "a private question" not in page.text


async def test_a_foreign_form_starts_no_turn(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    without_token = await visitor.send("POST", f"/bots/{bot['id']}/chat", {"message": "Hello"})
    visitor.headers = {"Origin": "https://elsewhere.example"}
    from_elsewhere = await visitor.post(f"/bots/{bot['id']}/chat", message="Hello")

    assert (without_token.status, from_elsewhere.status) == (403, 403)
    assert (await workspace.admin("GET", "/api/quota"))[1]["used"] == 0
