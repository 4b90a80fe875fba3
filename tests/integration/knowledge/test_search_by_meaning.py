"""Vectors beside words, against the simulator's `/embeddings`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from infra.simulator.server import Simulator
from shared.domain.embedding_failure import EmbeddingFailure
from shared.domain.secret import Secret
from shared.knowledge.embed_passages import PASSAGES_AT_ONCE, embed_passages
from shared.knowledge.find_passages import PassageFinder
from shared.providers.embeddings import Embedder
from shared.providers.session import open_session
from shared.store.database import Database, DatabaseRole
from shared.store.documents.write import delete_document
from tests.actor import TESTER
from tests.integration.knowledge.conftest import Library
from tests.servers import until

KEY = "sk-sim-ok-embeddings"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator() as running:
        yield running


@pytest.fixture
async def embedder(simulator: Simulator) -> AsyncIterator[Embedder]:
    async with open_session(concurrency=4) as session:
        yield Embedder(session, simulator.openai_base_url, "text-embedding-3-small", Secret(KEY), question_seconds=5.0)


async def found(library: Library, embedder: Embedder, question: str) -> list[str]:
    bot_id = library.bench.bot_id
    passages = await PassageFinder(library.service, embedder).find(bot_id=bot_id, question=question)
    return [passage.title for passage in passages]


async def test_what_shares_no_whole_word_is_found_by_its_vector(library: Library, embedder: Embedder) -> None:
    await library.add("Insulated", "Thermoinsulation")
    await library.add("Weather", "Rainfall")
    assert await library.found("noninsulating") == []

    assert await embed_passages(library.service, embedder) == 2
    assert (await found(library, embedder, "noninsulating"))[0] == "Insulated"


async def test_embedding_goes_on_where_it_stopped_and_ends_when_all_is_done(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    for number in range(PASSAGES_AT_ONCE + 3):
        await library.add(f"Note {number}", "Words.")
    simulator.set_scenario(KEY, "server_error")
    assert await embed_passages(library.service, embedder) is EmbeddingFailure.REFUSED
    simulator.set_scenario(KEY, "ok")

    assert [await embed_passages(library.service, embedder) for _ in range(3)] == [PASSAGES_AT_ONCE, 3, 0]


async def test_of_two_that_embed_at_once_one_asks_for_vectors(
    library: Library, embedder: Embedder, simulator: Simulator, database_url: str
) -> None:
    await library.add("Insulated", "Thermoinsulation")
    other = Database.connect(database_url, connections=2, application_name="other", role=DatabaseRole.SERVICE)

    embedded = await asyncio.gather(*(embed_passages(database, embedder) for database in (library.service, other)))
    await other.close()

    assert sorted(map(int, embedded)) == [0, 1]
    assert simulator.calls_of(KEY) == 1


async def test_whoever_dies_while_it_embeds_leaves_the_rest_to_another(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    await library.add("Insulated", "Thermoinsulation")
    simulator.set_scenario(KEY, "hang")
    dying = asyncio.create_task(embed_passages(library.service, embedder))

    async def is_asked() -> bool:
        return simulator.calls_of(KEY) == 1

    await until(is_asked)
    assert await embed_passages(library.service, embedder) == 0
    dying.cancel()
    await asyncio.wait([dying])
    simulator.set_scenario(KEY, "ok")

    assert await embed_passages(library.service, embedder) == 1


async def test_another_model_embeds_everything_anew_and_never_mixes_with_the_old(
    library: Library, embedder: Embedder
) -> None:
    await library.add("Insulated", "Thermoinsulation")
    await embed_passages(library.service, embedder)
    embedder.dimensions = 64

    assert await found(library, embedder, "noninsulating") == []
    assert await embed_passages(library.service, embedder) == 1
    assert await found(library, embedder, "noninsulating") == ["Insulated"]


async def test_a_server_that_fails_leaves_the_search_by_words_and_is_not_asked_again_at_once(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    await library.add("Kettle", "The kettle boils.")
    simulator.set_scenario(KEY, "server_error")

    for _ in range(3):
        assert await found(library, embedder, "kettle") == ["Kettle"]
    assert await embedder.embed_question("kettle") is EmbeddingFailure.QUIET
    assert simulator.calls_of(KEY) == 1


async def test_a_passage_that_the_server_refuses_holds_up_no_other_and_is_not_sent_again(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    await library.add("Odd", "This text is unembeddable.")
    await library.add("Insulated", "Thermoinsulation")

    assert [await embed_passages(library.service, embedder) for _ in range(2)] == [2, 0]
    assert simulator.calls_of(KEY) == 3  # both together, and each alone
    assert (await found(library, embedder, "noninsulating")) == ["Insulated"]
    assert await found(library, embedder, "odd") == ["Odd", "Insulated"]


async def test_a_question_that_the_server_refuses_silences_nobody_else(library: Library, embedder: Embedder) -> None:
    assert await embedder.embed_question("unembeddable") is EmbeddingFailure.TEXT_REFUSED
    assert not isinstance(await embedder.embed_question("kettle"), EmbeddingFailure)


async def test_a_server_that_is_silent_costs_a_question_no_more_than_its_time(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    await library.add("Kettle", "The kettle boils.")
    simulator.set_scenario(KEY, "hang")
    embedder.question_seconds = 0.05

    assert await embedder.embed_question("kettle") is EmbeddingFailure.TIMEOUT
    assert await found(library, embedder, "kettle") == ["Kettle"]


async def test_a_deleted_document_takes_its_vectors_along(library: Library, embedder: Embedder) -> None:
    document_id = await library.add("Insulated", "Thermoinsulation")
    await embed_passages(library.service, embedder)
    workspace_id = library.bench.workspace_id
    own = library.bench.database.of(workspace_id)
    await delete_document(own, workspace_id=workspace_id, document_id=document_id, actor=TESTER)

    assert await found(library, embedder, "noninsulating") == []
    assert await library.bench.sql("SELECT 1 FROM passage_embeddings") == []


async def test_a_database_without_the_extension_searches_by_words(library: Library, embedder: Embedder) -> None:
    await library.bench.database.call(text("DROP EXTENSION vector CASCADE"))
    await library.add("Kettle", "The kettle boils.")

    assert await found(library, embedder, "kettle") == ["Kettle"]
    assert await embedder.embed_question("kettle") is EmbeddingFailure.QUIET


async def test_a_bot_whose_vectors_are_refused_is_searched_by_words_and_silences_no_other(
    library: Library, embedder: Embedder, simulator: Simulator
) -> None:
    refused, other = library.bench.bot_id, await library.add_bot()
    for bot_id in (refused, other):
        await library.add("Insulated", "Thermoinsulation", bot_id)
        await library.add("Kettle", "The kettle boils.", bot_id)
    await embed_passages(library.service, embedder)
    await library.bench.sql(f"UPDATE passage_embeddings SET embedding = '[1, 2, 3]' WHERE bot_id = '{refused}'")
    finder, calls = PassageFinder(library.service, embedder), simulator.calls_of(KEY)

    async def titles(bot_id: UUID, question: str) -> list[str]:
        return [passage.title for passage in await finder.find(bot_id=bot_id, question=question)]

    assert await titles(refused, "kettle") == ["Kettle"]
    assert (await titles(other, "noninsulating"))[0] == "Insulated"
    assert await titles(refused, "kettle") == ["Kettle"]
    assert simulator.calls_of(KEY) == calls + 2  # the refused bot's second question asked for no vector


async def test_in_a_bot_of_very_many_passages_meaning_ranks_what_words_find(
    library: Library, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.knowledge.find_passages.MOST_COMPARED", 1)
    await library.add("Weather", "Rain falls, and rain falls again.")
    await library.add("Rain rainfall", "Rainfall, with rain.")
    await library.add("Insulated", "Thermoinsulation")
    await embed_passages(library.service, embedder)

    assert set(await found(library, embedder, "rain rainfalls")) == {"Weather", "Rain rainfall"}
