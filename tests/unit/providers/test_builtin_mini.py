"""The built-in answerer quotes the documents, or says plainly that they hold no answer."""

from __future__ import annotations

import pytest

from shared.domain.catalogue import MINI, load_catalogue
from shared.domain.chat import ChatMessage, Passage
from shared.providers.mini.builtin import NO_ANSWER, BuiltinMini
from shared.providers.mini.sentences import find_quotes
from shared.providers.port import Answer, ChatCall

MODEL = load_catalogue().models[MINI]
HOURS = Passage("Opening hours", "The shop opens at nine in the morning.\n\nThe shop is closed on Sundays.")
RETURNS = Passage("Returns", "# Returns\n- Refunds take five days. Bring the receipt.")


async def answer(question: str, *passages: Passage, stream: bool = False) -> tuple[Answer, list[str]]:
    """Ask the built-in answerer; return its answer and what it handed on."""
    heard: list[str] = []
    call = ChatCall(MODEL, (ChatMessage("user", question),), passages=passages, stream=stream)
    result = await BuiltinMini().call(call, heard.append)
    assert isinstance(result, Answer)
    return result, heard


@pytest.mark.parametrize(
    ("question", "sentence", "title"),
    [
        ("When does the shop open?", "The shop opens at nine in the morning.", "Opening hours"),
        ("Are you closed on Sunday?", "The shop is closed on Sundays.", "Opening hours"),
        ("how long does a REFUND take", "Refunds take five days.", "Returns"),
    ],
)
async def test_the_sentence_that_shares_most_words_is_quoted_with_its_title(
    question: str,
    sentence: str,
    title: str,
) -> None:
    result, _ = await answer(question, HOURS, RETURNS)

    assert sentence in result.text
    assert f"(Source: {title})" in result.text


@pytest.mark.parametrize("question", ["Who is the president of France?", "is it the", "", "🙂"])
async def test_without_an_answer_in_the_documents_it_says_so(question: str) -> None:
    result, _ = await answer(question, HOURS, RETURNS)

    assert result.text == NO_ANSWER


async def test_without_documents_it_says_so() -> None:
    result, _ = await answer("When does the shop open?")

    assert result.text == NO_ANSWER


async def test_a_stream_hands_on_the_same_text_and_counts_no_tokens() -> None:
    result, heard = await answer("When does the shop open and how long do refunds take?", HOURS, RETURNS, stream=True)

    assert len(heard) == 2
    assert "".join(heard) == result.text
    assert (result.usage, result.finish_reason) == (None, "stop")


def test_a_sentence_that_two_passages_share_is_quoted_once() -> None:
    overlapping = (HOURS, Passage(HOURS.title, "The shop is closed on Sundays. Ring twice."))

    quotes = find_quotes("When is the shop closed?", overlapping)

    assert [quote.sentence for quote in quotes].count("The shop is closed on Sundays.") == 1
