"""What many turns ask in the same instant, of whichever bots, is looked for together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.knowledge.find_passages import MOST_AT_ONCE, PassageFinder
from shared.store.errors import StoreError
from tests.integration.knowledge.conftest import Library
from tests.retrieval.asking import add_texts
from tests.retrieval.quality import read_follow_ups, read_questions
from tests.retrieval.shop import texts_of_shop

GERMAN = ("Bezahlen", "Die Rechnungen sind nach vierzehn Tagen fällig und werden mit der Ware verschickt.")
STATEMENT = "before_cursor_execute"
Asked = tuple[UUID, str, str]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Note every statement that is sent inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, STATEMENT, note)
    try:
        yield sent
    finally:
        event.remove(Engine, STATEMENT, note)


async def found(finder: PassageFinder, asked: Asked) -> list[tuple[UUID | None, int | None]]:
    bot_id, question, earlier = asked
    passages = await finder.find(bot_id=bot_id, question=question, earlier=earlier)
    return [(passage.document_id, passage.ordinal) for passage in passages]


def misspelt(question: str) -> str:
    return " ".join(word[:2] + word[3:] if len(word) > 4 else word for word in question.split())


async def bots_and_questions(library: Library) -> list[Asked]:
    """Fill bots of several languages, and return what is asked of each: as the shop's customers ask, and misspelt."""
    bench, german, empty = library.bench, await library.add_bot("german"), await library.add_bot()
    await add_texts(bench.database, bench.workspace_id, bench.bot_id, texts_of_shop())
    for number in range(5):
        await library.add(f"{GERMAN[0]} {number}", GERMAN[1] * (number + 1), german)
    asked = [(one.question, one.earlier) for one in [*read_questions(), *read_follow_ups()]]
    asked += [(misspelt(question), earlier) for question, earlier in asked]
    return [
        *((bench.bot_id, *one) for one in asked),
        *((german, question, GERMAN[1]) for question in ("Wann ist die Rechnung fällig?", "Rechnugen?", "Ware", "")),
        (empty, "kettle", ""),
    ]


async def test_what_is_asked_at_once_finds_the_same_in_the_same_order_as_alone(library: Library) -> None:
    finder, asked = PassageFinder(library.service), await bots_and_questions(library)

    alone = [await found(finder, one) for one in asked]
    together = await asyncio.gather(*(found(finder, one) for one in asked))

    assert together == alone
    assert sum(map(bool, alone)) > 250


async def test_what_is_asked_at_once_are_two_statements_together(library: Library) -> None:
    await library.add("Kettle", "The kettle boils a litre of water in three minutes.")
    finder, other = PassageFinder(library.service), await library.add_bot()
    await library.add("Tent", "The tent sleeps two and keeps water out.", other)

    with counted_statements() as sent:
        asked = [(library.bench.bot_id, "kettle", ""), (other, "tent", "")] * (MOST_AT_ONCE // 2)
        answers = await asyncio.gather(*(found(finder, one) for one in asked))

    assert all(len(answer) == 1 for answer in answers)
    assert len(sent) == 2


async def test_a_question_that_postgresql_refuses_fails_alone(library: Library) -> None:
    await library.add("Kettle", "The kettle boils a litre of water in three minutes.")
    finder, bot_id = PassageFinder(library.service), library.bench.bot_id

    kettle, refused, tent = await asyncio.gather(
        *(found(finder, (bot_id, question, "")) for question in ("kettle", "ket\x00tle", "tent")),
        return_exceptions=True,
    )

    assert isinstance(kettle, list)
    assert len(kettle) == 1
    assert isinstance(refused, StoreError)
    assert tent == []


@pytest.mark.parametrize("word", ["'", "\\", "kettle' | 'tent", "a:*", '"', "{}", "NULL"])
async def test_words_of_any_signs_are_searched_beside_others(library: Library, word: str) -> None:
    await library.add("Kettle", f"The kettle boils {word} water.")
    finder, bot_id = PassageFinder(library.service), library.bench.bot_id

    answers = await asyncio.gather(*(found(finder, (bot_id, question, "")) for question in (word, f"kettle {word}")))

    assert len(answers[1]) == 1
