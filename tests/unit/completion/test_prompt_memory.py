"""Which system prompts a provider is asked to keep: long ones that come again soon."""

from __future__ import annotations

from services.workers.completion.prepare import Prompt
from services.workers.completion.prompt_memory import PromptMemory, cache_key_of
from shared.domain.chat import ChatMessage
from tests.unit.completion.making import BOT_ID, CATALOGUE, KEY_ID

HAIKU, GPT = CATALOGUE.models["claude-haiku-4-5"], CATALOGUE.models["gpt-5"]
LONG = "Be kind. " * 2000


def test_a_long_prompt_is_marked_from_its_second_call_on_and_not_after_a_pause() -> None:
    memory = PromptMemory()

    assert [memory.marks(LONG, HAIKU, KEY_ID, now) for now in (0, 10, 309, 610)] == [False, True, True, False]


def test_a_short_prompt_and_one_of_a_model_that_takes_no_marks_are_never_marked() -> None:
    memory = PromptMemory()

    assert not any(memory.marks("Be kind.", HAIKU, KEY_ID, now) for now in range(3))
    assert not any(memory.marks(LONG, GPT, KEY_ID, now) for now in range(3))
    assert not any(memory.marks(None, HAIKU, KEY_ID, now) for now in range(3))


def test_a_bots_key_goes_along_with_prompts_that_its_provider_keeps_by_itself() -> None:
    long = Prompt((ChatMessage("user", "Hello"),), LONG)
    short = Prompt((ChatMessage("user", "Hello"),), "Be kind.")

    assert cache_key_of(long, GPT, BOT_ID) == BOT_ID.hex
    assert cache_key_of(short, GPT, BOT_ID) is None
    assert cache_key_of(long, HAIKU, BOT_ID) is None
