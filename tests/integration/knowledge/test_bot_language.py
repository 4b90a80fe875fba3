"""The language of a bot's documents."""

from __future__ import annotations

from tests.integration.gateway.door import KEY
from tests.integration.knowledge.conftest import Library
from tests.product import Product
from tests.servers import until

GERMAN = ("Bezahlen", "Rechnungen und Häuser.")


async def languages(library: Library) -> set[str]:
    return {row.language for row in await library.bench.sql("SELECT language FROM passages")}


async def test_each_passages_language_is_recognised_unless_the_bot_has_one(library: Library) -> None:
    await library.add("A", "The house is old and it has a garden, which is not large.")
    await library.add("B", "Das Haus ist alt und es hat einen Garten, der nicht groß ist.")
    await library.add("C", "Maison 1234 XYZ")

    assert await languages(library) == {"english", "german", "simple"}


async def test_a_name_that_postgresql_does_not_know_is_simple_and_no_error(library: Library) -> None:
    await library.bench.sql("UPDATE bots SET language = 'klingon'")
    await library.add(*GERMAN)

    assert await languages(library) == {"simple"}
    assert await library.found("Häuser") == ["Bezahlen"]


async def test_after_a_change_everything_is_found_while_it_is_indexed_anew_bit_by_bit(library: Library) -> None:
    await library.set_language("english")
    for number in range(5):
        await library.add(f"{GERMAN[0]} {number}", GERMAN[1])
    assert await library.found("Haus") == []

    await library.set_language("german")
    indexed = []
    while passages := await library.reindex(at_most=2):
        indexed.append(passages)
        assert await library.found("Häuser")

    assert indexed == [2, 2, 1]
    assert len(await library.found("Haus")) == 4
    assert await languages(library) == {"german"}
    assert await library.drift() == []


async def test_a_step_indexes_so_many_passages_whatever_the_size_of_documents(library: Library) -> None:
    await library.set_language("english")
    for number in range(4):
        await library.add(f"Long {number}", "Some words. " * 150)
    (count,) = await library.bench.sql("SELECT min(passage_count) AS of_one FROM documents")
    await library.set_language("german")

    assert count.of_one > 1
    assert await library.reindex(at_most=1) == count.of_one
    assert await library.reindex(at_most=2 * count.of_one) == 2 * count.of_one


async def test_the_language_of_a_bot_without_passages_changes_too(library: Library) -> None:
    await library.bench.sql(
        "INSERT INTO documents (id, workspace_id, bot_id, title, passage_count) "
        f"VALUES (gen_random_uuid(), '{library.bench.workspace_id}', '{library.bench.bot_id}', 'Not read yet', 0)"
    )
    await library.set_language("german")

    assert await library.reindex() == 0
    assert await library.bench.sql("SELECT 1 FROM reindexing WHERE finished_at IS NULL") == []


async def test_passages_whose_language_stays_are_not_written_anew(library: Library) -> None:
    await library.add("A", "The house is old and it has a garden, which is not large.")
    await library.add("Bezahlen", "Die Rechnungen sind nach vierzehn Tagen fällig und werden mit der Ware verschickt.")
    before = await library.bench.sql("SELECT document_id, ctid, language FROM passages ORDER BY language")
    await library.set_language("german")

    assert await library.reindex() == 2
    after = await library.bench.sql("SELECT document_id, ctid, language FROM passages")
    assert {row.language for row in after} == {"german"}
    assert {row.ctid for row in before if row.language == "german"} <= {row.ctid for row in after}
    assert await library.drift() == []


async def test_each_part_of_a_document_in_several_languages_has_its_own(library: Library) -> None:
    parts = {
        "english": "The house is old and it has a garden, which is not large. ",
        "german": "Das Haus ist alt und es hat einen Garten, der nicht groß ist. ",
        "french": "La maison est vieille et elle a un jardin, qui n'est pas grand. ",
        "simple": "XYZ 1234 Q77. ",
    }
    await library.add("Mixed", "\n\n".join(part * (600 // len(part)) for part in parts.values()))

    rows = await library.bench.sql("SELECT language FROM passages ORDER BY ordinal")
    assert [row.language for row in rows] == list(parts)


async def test_a_long_question_is_read_in_each_language_of_the_bot(library: Library) -> None:
    await library.add("A", "The house is old and it has a garden, which is not large.")
    await library.add("Bezahlen", "Die Rechnungen sind nach vierzehn Tagen fällig und werden mit der Ware verschickt.")
    many = " ".join(f"word{number}" for number in range(300))

    assert await library.found(f"Kommt eine aRechnung Rechnung? {many}") == ["Bezahlen"]


async def test_a_change_under_way_begins_again_with_another_change(library: Library) -> None:
    await library.set_language("english")
    for number in range(3):
        await library.add(f"{GERMAN[0]} {number}", GERMAN[1])
    await library.set_language("german")
    await library.reindex(at_most=2)
    await library.set_language("simple")
    while await library.reindex():
        pass

    assert await languages(library) == {"simple"}


async def test_the_api_takes_names_and_codes_and_says_what_it_did_with_an_unknown_one(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini", language="de-AT")
    assert bot["language"] == "german"
    path = f"/api/bots/{bot['id']}"

    status, changed = await workspace.admin("PATCH", path, {"language": "klingon"})
    assert (status, changed["language"]) == (200, "simple")
    assert '"klingon" is not known' in changed["language_note"]
    assert "language_note" not in (await workspace.admin("GET", path))[1]
    assert (await workspace.admin("PATCH", path, {"language": None}))[0] == 422

    document = {"bot_id": bot["id"], "title": "Häuser", "text": "Häuser stehen hier."}
    await workspace.admin("POST", "/api/documents", document)
    await workspace.admin("PATCH", path, {"language": "German"})

    async def is_indexed_anew() -> bool:
        _, answer = await workspace.ask(bot["token"], "Haus?")
        return bool(answer["mevichat"]["sources"])

    await until(is_indexed_anew)
