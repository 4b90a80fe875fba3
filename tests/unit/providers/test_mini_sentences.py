"""Where a sentence ends, and what stands above it."""

from __future__ import annotations

import pytest

from shared.domain.chat import Passage
from shared.domain.wording import languages
from shared.providers.mini.sentences import sentences_of, split_sentences

ENGLISH = languages()["en"]


def read(text: str) -> list[tuple[str, str]]:
    """Return (heading, sentence) of a passage's sentences."""
    return [(one.heading, one.text) for one in sentences_of([Passage("Title", text)], ENGLISH)]


@pytest.mark.parametrize(
    ("language", "whole"),
    [
        ("en", "Bring a document, e.g. Form BX."),
        ("en", "It takes 3.5 GB."),
        ("en", "Ask Dr. Amsel about it."),
        ("en", "Ask J. Smith about it."),
        ("en", "Wait... and see."),
        ("de", "Ab dem 3. Mai ist offen."),
        ("de", "Das gilt z.B. Montag."),
        ("fr", "Demandez à M. Dupont."),
        ("es", "Pregunte a la Sra. Vega."),
    ],
)
def test_a_point_inside_of_a_sentence_does_not_end_it(language: str, whole: str) -> None:
    assert split_sentences(f"{whole} Next one.", languages()[language]) == [whole, "Next one."]


def test_a_number_before_the_end_does_not_hold_a_sentence_open() -> None:
    assert split_sentences("It costs 20. Delivery is free.", ENGLISH) == ["It costs 20.", "Delivery is free."]


def test_a_heading_stands_above_what_follows_and_is_no_sentence() -> None:
    assert read("# Returns\nBring the receipt.\n\nOpening hours\n\nFrom 9 to 17.") == [
        ("Returns", "Bring the receipt."),
        ("Opening hours", "From 9 to 17."),
    ]


def test_a_question_stands_above_its_answer() -> None:
    assert read("Q: How do I pay?\nA: By card.") == [("How do I pay?", "By card.")]


def test_a_list_goes_with_the_line_that_opens_it() -> None:
    assert read("We ship to:\n- France\n- Spain\n\nNothing else.") == [
        ("", "We ship to: France, Spain."),
        ("", "Nothing else."),
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Plan,Price\nFree,0\nPro,20",
        "Plan;Price\nFree;0\nPro;20",
        "| Plan | Price |\n|---|---|\n| Free | 0 |\n| Pro | 20 |",
    ],
)
def test_a_row_of_a_table_is_read_with_its_columns_names(table: str) -> None:
    assert read(table) == [("", "Plan: Free, Price: 0"), ("", "Plan: Pro, Price: 20")]


def test_a_row_of_an_uploaded_table_is_one_sentence() -> None:
    assert read("Model: K100\nPrice: 49 EUR\nNote: Light.\n\nModel: K200 Pro\nPrice: 89 EUR") == [
        ("", "Model: K100, Price: 49 EUR, Note: Light"),
        ("", "Model: K200 Pro, Price: 89 EUR"),
    ]


@pytest.mark.parametrize("prose", ["Returns: within 30 days.\nDelivery: free from 60.", "Q: Cash?\nA: By card: yes"])
def test_prose_with_colons_and_questions_with_answers_are_no_row(prose: str) -> None:
    assert not any(", " in text for _, text in read(prose))


def test_a_last_line_alone_is_a_sentence_however_bare() -> None:
    assert read("Ring twice") == [("", "Ring twice")]


def test_a_sentence_that_two_passages_share_is_there_once() -> None:
    passages = [Passage("Hours", "Closed on Sundays."), Passage("Hours", "Closed on Sundays. Ring twice.")]

    assert [one.text for one in sentences_of(passages, ENGLISH)] == ["Closed on Sundays.", "Ring twice."]


@pytest.mark.parametrize("text", ["." * 200_000 + "x", "x" * 200_000 + " y. Zed?", "Yes no. " * 25_000])
def test_a_text_as_long_as_a_message_may_be_is_cut_without_looking_back_over_all_of_it(text: str) -> None:
    parts = split_sentences(text, ENGLISH)  # where the cost is the square of the length, this never ends

    assert "".join("".join(parts).split()) == "".join(text.split())
