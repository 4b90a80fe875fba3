"""A bot with documents, searched as the completion worker searches: in the role of a service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from shared.ids import new_id
from shared.knowledge.add_document import DocumentAdded, NewDocument, add_document
from shared.knowledge.find_passages import PassageFinder
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot, update_bot
from shared.store.database import Database, DatabaseRole
from shared.store.documents.reindex import reindex_passages
from tests.actor import TESTER
from tests.integration.store.bench import Bench


@dataclass(slots=True)
class Library:
    """One workspace's documents, and what is found in them."""

    bench: Bench
    service: Database

    async def add_bot(self, language: str = "auto") -> UUID:
        """Make another bot of the workspace."""
        bot = NewBot(new_id(), self.bench.workspace_id, "Other", "gpt-5-mini", language=language)
        await create_bot(self.bench.database, bot, actor=TESTER)
        return bot.bot_id

    async def add(self, title: str, text: str, bot_id: UUID | None = None) -> UUID:
        """Give the bot a document, behind the wall of its workspace, as the dashboard does."""
        own = self.bench.database.of(self.bench.workspace_id)
        document = NewDocument(self.bench.workspace_id, bot_id or self.bench.bot_id, title, text)
        added = await add_document(own, document, actor=TESTER)
        assert isinstance(added, DocumentAdded)
        return added.document_id

    async def found(self, question: str, bot_id: UUID | None = None) -> list[str]:
        """Return the titles of the passages that a question finds, the closest first."""
        passages = await PassageFinder(self.service).find(bot_id=bot_id or self.bench.bot_id, question=question)
        return [passage.title for passage in passages]

    async def set_language(self, language: str) -> None:
        """Change the bot's language."""
        await update_bot(
            self.bench.database,
            lambda _: {"language": language},
            workspace_id=self.bench.workspace_id,
            bot_id=self.bench.bot_id,
            actor=TESTER,
            may_reindex=True,
        )

    async def reindex(self, at_most: int = 1_000) -> int:
        """Run the sweeper's step once; return how many passages it indexed."""
        return await reindex_passages(self.service, at_most=at_most)

    async def drift(self) -> list[str]:
        """Return the words whose kept count is not the passages' own."""
        rows = await self.bench.sql(
            "SELECT word FROM (SELECT bot_id, language, w.lexeme AS word, count(*) AS passages FROM passages, "
            "unnest(words) AS w GROUP BY 1, 2, 3) AS p FULL JOIN word_counts AS c USING (bot_id, language, word) "
            "WHERE p.passages IS DISTINCT FROM c.passages"
        )
        return [row.word for row in rows]


@pytest.fixture
async def library(database_url: str) -> AsyncIterator[Library]:
    """Return the documents of a fresh workspace's bot."""
    owner = Database.connect(database_url, connections=2, application_name="test")
    service = Database.connect(database_url, connections=2, application_name="test", role=DatabaseRole.SERVICE)
    yield Library(await Bench.prepare(owner), service)
    await service.close()
    await owner.close()
