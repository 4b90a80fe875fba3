"""What a question finds in a bot's documents."""

from __future__ import annotations

import asyncio

import pytest

from shared.knowledge.find_passages import PassageFinder
from shared.store.documents.write import delete_document
from tests.actor import TESTER
from tests.integration.knowledge.conftest import Library
from tests.retrieval.asking import add_texts, ask_all
from tests.retrieval.plain_bm25 import PlainBm25
from tests.retrieval.quality import quality_of, read_questions
from tests.retrieval.shop import texts_of_shop

KETTLE = ("Kettle", "The kettle boils a litre of water in three minutes.")
TENT = ("Tent", "The tent sleeps two and keeps water out.")


async def test_the_questions_of_the_shop_are_answered_at_least_as_well_as_by_plain_bm25(library: Library) -> None:
    texts, asked = texts_of_shop(), read_questions()
    bench = library.bench
    names = await add_texts(bench.database, bench.workspace_id, bench.bot_id, texts)
    plain = PlainBm25(texts)

    ours = quality_of(asked, await ask_all(library.service, bench.bot_id, asked, names))
    theirs = quality_of(asked, {one: plain.search(one.question) for one in asked})

    assert ours.questions >= 100
    assert len(texts) >= 300
    assert ours.recall >= theirs.recall
    assert ours.reciprocal_rank >= theirs.reciprocal_rank


async def test_a_question_that_the_one_before_explains_finds_what_it_means(library: Library) -> None:
    await library.add("Kettle", "The kettle costs 59 euros.")
    for number in range(3):
        await library.add(f"Tent {number}", "This tent costs 229 euros.")

    bot_id, question = library.bench.bot_id, "And what does it cost, how many euros?"
    finder = PassageFinder(library.service)
    passages = await finder.find(bot_id=bot_id, question=question, earlier="Tell me of the kettle")

    assert passages[0].title == "Kettle"


async def test_a_rare_word_tells_more_than_a_common_one(library: Library) -> None:
    for number in range(5):
        await library.add(f"Water {number}", "Water, and again water, is in this one.")
    await library.add(*KETTLE)

    assert (await library.found("kettle water"))[0] == "Kettle"


@pytest.mark.parametrize("question", ["the ketle", "kettles", "Kettel boiling", "kettlestand"])
async def test_a_word_that_is_spelt_almost_so_finds_it_all_the_same(library: Library, question: str) -> None:
    await library.add(*KETTLE)
    await library.add(*TENT)

    assert (await library.found(question))[:1] == ["Kettle"]


async def test_the_endings_of_a_passages_own_language_do_not_matter(library: Library) -> None:
    await library.add("Bezahlen", "Die Rechnungen sind nach vierzehn Tagen fällig und werden mit der Ware verschickt.")
    await library.add("Paying", "The invoices are due after fourteen days and are sent with the goods.")

    assert await library.found("Kommt eine Rechnung?") == ["Bezahlen"]
    assert await library.found("Is there an invoice?") == ["Paying"]


@pytest.mark.parametrize(
    "question", ["", "?!", "the of and", "\\'\"&|!:*<-> ( kettle", "kettle " * 2_000, "' '' \\ 'kettle'"]
)
async def test_any_question_is_one(library: Library, question: str) -> None:
    await library.add(*KETTLE)

    assert await library.found(question) == (["Kettle"] if "kettle" in question else [])


async def test_another_bots_documents_are_not_found(library: Library) -> None:
    await library.add(*KETTLE, bot_id=await library.add_bot())

    assert await library.found("kettle") == []


async def test_a_deleted_document_is_found_no_more_and_its_words_count_no_more(library: Library) -> None:
    document_id = await library.add(*KETTLE)
    await library.add(*TENT)
    workspace_id = library.bench.workspace_id
    own = library.bench.database.of(workspace_id)
    await delete_document(own, workspace_id=workspace_id, document_id=document_id, actor=TESTER)

    assert await library.found("kettle") == []
    assert await library.found("water") == ["Tent"]
    assert await library.drift() == []


async def test_counts_hold_when_documents_come_and_go_at_once(library: Library) -> None:
    ids = await asyncio.gather(*(library.add(f"Note {number}", f"Water and word{number}.") for number in range(12)))
    database, workspace_id = library.bench.database, library.bench.workspace_id
    await asyncio.gather(
        *(delete_document(database, workspace_id=workspace_id, document_id=one, actor=TESTER) for one in ids[::2]),
        *(library.add(f"Later {number}", "Other words.") for number in range(6)),
    )

    assert await library.drift() == []


async def test_words_that_stand_everywhere_still_find_the_passage_that_holds_them_all(library: Library) -> None:
    everywhere = [("Water", "Water runs."), ("Days", "Days pass.")]
    for number in range(30):
        title, text = everywhere[number % 2]
        await library.add(f"{title} {number}", text)
    await library.add("Both", "Water for days.")

    assert (await library.found("days water"))[0] == "Both"
