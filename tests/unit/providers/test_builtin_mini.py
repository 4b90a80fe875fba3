"""The built-in answerer quotes the documents, or says plainly that they hold no answer."""

from __future__ import annotations

import pytest

from shared.domain.catalogue import MINI, load_catalogue
from shared.domain.chat import ChatMessage, Passage
from shared.providers.mini.builtin import BuiltinMini
from shared.providers.mini.phrases import phrases
from shared.providers.port import Answer, ChatCall

MODEL = load_catalogue().models[MINI]
HOURS = Passage("Opening hours", "The shop opens at nine in the morning.\n\nThe shop is closed on Sundays.")
RETURNS = Passage("Returns", "# Returns\n- Refunds take five days. Bring the receipt.")
PLANS = Passage("Plans", "Plan,Price,Bots\nFree,0,1\nPro,20,10\nScale,99,100")
UNKNOWN = phrases()["en"].unknown


async def answer(*asked: str, passages: tuple[Passage, ...] = (HOURS, RETURNS), stream: bool = False) -> list[str]:
    """Ask the built-in answerer; return its whole answer, then what it handed on."""
    heard: list[str] = []
    messages = tuple(ChatMessage("user", text) for text in asked)
    result = await BuiltinMini().call(ChatCall(MODEL, messages, passages=passages, stream=stream), heard.append)
    assert isinstance(result, Answer)
    assert (result.usage, result.finish_reason) == (None, "stop")
    return [result.text, *heard]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When does the shop open?", "The shop opens at nine in the morning. (Source: Opening hours)"),
        ("Are you closed on Sunday?", "The shop is closed on Sundays. (Source: Opening hours)"),
        ("how long does a REFUND take", "Refunds take five days. (Source: Returns)"),
        ("Hello! When does the shop open?", "The shop opens at nine in the morning. (Source: Opening hours)"),
        ("When does the shop open? Thanks!", "The shop opens at nine in the morning. (Source: Opening hours)"),
    ],
)
async def test_the_sentence_that_speaks_of_what_is_asked_is_quoted_with_its_title(question: str, said: str) -> None:
    assert await answer(question) == [said]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the price of the K200 Pro?", "Model: K200 Pro, Price: 89 EUR, Warranty: 5 years. (Source: Models)"),
        ("What is the warranty on the K100?", "Model: K100, Price: 49 EUR, Warranty: 2 years. (Source: Models)"),
    ],
)
async def test_a_row_of_an_uploaded_table_is_quoted_whole_and_no_other_row(question: str, said: str) -> None:
    rows = "Model: K100\nPrice: 49 EUR\nWarranty: 2 years\n\nModel: K200 Pro\nPrice: 89 EUR\nWarranty: 5 years"

    assert await answer(question, passages=(Passage("Models", rows),)) == [said]


async def test_what_has_the_words_by_chance_is_left_out_beside_an_answer_from_a_document_about_them() -> None:
    chance = Passage("Returns", "The shop mends any seam that opens.")

    said = await answer(
        "When is the shop open?", passages=(Passage("Opening hours", "The shop is open daily."), chance)
    )

    assert said == ["The shop is open daily. (Source: Opening hours)"]
    assert await answer("When is the shop open?", passages=(chance,)) == [f"{chance.text} (Source: Returns)"]


@pytest.mark.parametrize("question", ["Who is the president of France?", "is it the", "", "🙂", "¿?"])
async def test_without_an_answer_in_the_documents_it_says_so_and_how_to_ask(question: str) -> None:
    (said,) = await answer(question)

    assert said.startswith(UNKNOWN)
    assert "Opening hours, Returns" in said
    assert said.endswith(phrases()["en"].hint)


async def test_one_common_word_makes_no_answer() -> None:
    (said,) = await answer("Does the shop sell bicycles?")

    assert said.startswith(UNKNOWN)


async def test_without_documents_it_says_so() -> None:
    (said,) = await answer("When does the shop open?", passages=())

    assert said == f"{UNKNOWN} {phrases()['en'].hint}"


async def test_a_stream_hands_on_the_same_text_sentence_by_sentence() -> None:
    said, *heard = await answer("When does the shop open? And how long do refunds take?", stream=True)

    assert len(heard) == 4
    assert "".join(heard) == said


async def test_a_question_that_leans_on_the_one_before_is_read_with_it() -> None:
    said = await answer("What does the Free plan cost?", "And for Pro?", passages=(PLANS,))

    assert said == ["Plan: Pro, Price: 20, Bots: 10. (Source: Plans)"]


async def test_the_chain_of_such_questions_leans_on_its_first() -> None:
    said = await answer("What does the Free plan cost?", "And for Pro?", "what about Scale?", passages=(PLANS,))

    assert said == ["Plan: Scale, Price: 99, Bots: 100. (Source: Plans)"]


async def test_what_the_documents_do_not_know_is_not_answered_with_the_question_before() -> None:
    (said,) = await answer("What does the Free plan cost?", "And for Enterprise?", passages=(PLANS,))

    assert said.startswith(UNKNOWN)
