"""A turn's way through the worker on every model."""

from __future__ import annotations

import asyncio

import pytest

from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import UsageKind
from shared.ids import new_id
from shared.knowledge.add_document import NewDocument, add_document
from shared.queue.inbox import ReplyInbox
from shared.queue.reply_entries import Delta, Done
from shared.queue.routes import COUNT_USAGE
from tests.actor import TESTER
from tests.integration.completion.bench import Bench, sim_key, wire_model

BYOK_MODELS = [
    ("gpt-5", "openai"),
    ("gpt-5-mini", "openai"),
    ("claude-sonnet-4-6", "anthropic"),
    ("claude-haiku-4-5", "anthropic"),
]


@pytest.mark.parametrize(("model", "provider"), BYOK_MODELS)
async def test_a_turn_is_answered_on_the_workspaces_key_and_its_tokens_are_the_providers(
    bench: Bench,
    model: str,
    provider: str,
) -> None:
    key_id = await bench.add_key(provider, sim_key(provider))

    turn = await bench.answer(model, "How are you?")

    assert turn.status is TurnStatus.COMPLETED
    assert "How are you?" in (turn.answer or "")
    assert turn.finish_reason == "stop"
    (call,) = bench.simulator.calls
    assert call.model == wire_model(model)
    assert call.key == sim_key(provider)
    assert (turn.usage.input_tokens, turn.usage.output_tokens) == (call.input_tokens, call.output_tokens)
    assert turn.usage_kind is UsageKind.EXACT
    assert (await bench.key(key_id)).last_used_at is not None


async def test_mini_answers_from_the_bots_documents_without_a_key(bench: Bench) -> None:
    bot_id = await bench.add_bot("mevichat:mini")
    document = NewDocument(bench.workspace_id, bot_id, "Opening hours", "The shop opens at nine in the morning.")
    await add_document(bench.database, document, actor=TESTER)

    turn = await bench.ended(await bench.ask(bot_id, "When does the shop open?", "mevichat:mini"))

    assert "opens at nine" in (turn.answer or "")
    assert "Opening hours" in (turn.answer or "")
    assert turn.usage_kind is UsageKind.ESTIMATED


async def test_passages_reach_the_model_of_a_byok_bot(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai"))
    bot_id = await bench.add_bot("gpt-5-mini")
    document = NewDocument(bench.workspace_id, bot_id, "Opening hours", "The shop opens at nine in the morning.")
    await add_document(bench.database, document, actor=TESTER)

    await bench.ended(await bench.ask(bot_id, "When does the shop open?", "gpt-5-mini"))

    assert "opens at nine" in str(bench.simulator.calls[-1].body)


async def test_a_conversation_remembers_what_was_said(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai"))
    bot_id = await bench.add_bot("gpt-5-mini", system_prompt="Be kind.")
    await bench.ended(await bench.ask(bot_id, "I am Ada.", "gpt-5-mini", conversation="c1"))
    await bench.ended(await bench.ask(bot_id, "Unheard.", "gpt-5-mini", conversation="c2"))

    await bench.ended(await bench.ask(bot_id, "Who am I?", "gpt-5-mini", conversation="c1"))

    messages = [message["content"] for message in bench.simulator.calls[-1].body["messages"]]
    assert messages[0] == "Be kind."
    assert messages[1] == "I am Ada."
    assert "I am Ada." in messages[2]
    assert messages[3:] == ["Who am I?"]


async def test_the_reply_comes_to_the_inbox_that_the_turn_names(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai"))
    bot_id = await bench.add_bot("gpt-5-mini")
    inbox = ReplyInbox(bench.redis, f"test-{new_id()}")
    await inbox.start()
    try:
        turn_id = await bench.ask(bot_id, "Hello", "gpt-5-mini", inbox=inbox.name)
        async with asyncio.timeout(10):
            result = await inbox.expect(turn_id)
    finally:
        await inbox.close()
    assert result.status is TurnStatus.COMPLETED
    assert result.answer == (await bench.turn(turn_id)).answer
    assert result.usage.output_tokens > 0


async def test_a_stream_comes_piece_by_piece_and_ends_with_the_result(bench: Bench) -> None:
    await bench.add_key("anthropic", sim_key("anthropic", "chunks20.chunkdelay10"))
    bot_id = await bench.add_bot("claude-haiku-4-5")
    question = "Tell me all of it, word by word, in a long and winding sentence that has many pieces."

    turn_id = await bench.ask(bot_id, question, "claude-haiku-4-5", door=Door.STREAM)
    seen = await bench.follow(turn_id)

    deltas = [entry for entry in seen if isinstance(entry, Delta)]
    assert len(deltas) > 1
    assert [delta.sequence for delta in deltas] == list(range(len(deltas)))
    done = seen[-1]
    assert isinstance(done, Done)
    assert "".join(delta.text for delta in deltas) == done.result.answer == (await bench.turn(turn_id)).answer


async def test_one_usage_event_is_announced_for_a_recorded_turn(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai"))
    turn = await bench.answer("gpt-5-mini")
    (event,) = await bench.until_rung(COUNT_USAGE)
    assert event["events"] == [[str(turn.turn_id), 1]]


async def test_a_change_of_the_bot_is_in_force_from_the_next_turn_on(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", mark="1"))
    bot_id = await bench.add_bot("gpt-5-mini")
    await bench.ended(await bench.ask(bot_id, "First", "gpt-5-mini"))
    own_key = await bench.add_key("openai", sim_key("openai", mark="2"))
    await bench.sql("UPDATE bots SET key_id = :key_id WHERE id = :id", key_id=own_key, id=bot_id)
    await bench.sql("UPDATE workspace_counters SET epoch = epoch + 1")

    await bench.ended(await bench.ask(bot_id, "Second", "gpt-5-mini"))

    assert bench.simulator.calls[-1].key == sim_key("openai", mark="2")
