"""The made-up shop as a bot's documents, and what its search finds."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.knowledge.add_document import DocumentAdded, NewDocument, add_document
from shared.knowledge.find_passages import PassageFinder
from shared.store.database import Database
from tests.actor import TESTER
from tests.retrieval.quality import SEARCHED, Asked
from tests.retrieval.shop import Text


async def add_texts(database: Database, workspace_id: UUID, bot_id: UUID, texts: Sequence[Text]) -> dict[UUID, str]:
    """Give the bot each text as a document; return the names of the texts by document."""
    names = {}
    for one in texts:
        added = await add_document(database, NewDocument(workspace_id, bot_id, one.title, one.text), actor=TESTER)
        assert isinstance(added, DocumentAdded)
        names[added.document_id] = one.name
    return names


async def ask_all(
    database: Database, bot_id: UUID, asked: Sequence[Asked], names: dict[UUID, str]
) -> dict[Asked, list[str]]:
    """Return the names of what each question finds, the closest first."""
    finder = PassageFinder(database)
    return {one: await _found(finder, bot_id, one, names) for one in asked}


async def _found(finder: PassageFinder, bot_id: UUID, asked: Asked, names: dict[UUID, str]) -> list[str]:
    passages = await finder.find(bot_id=bot_id, question=asked.question, earlier=asked.earlier, limit=SEARCHED)
    return [names[passage.document_id] for passage in passages if passage.document_id is not None]
