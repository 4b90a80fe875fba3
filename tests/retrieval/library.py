"""A bot with very many documents beside a hundred others: passages of made-up prose whose words are as rare as in any."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from sqlalchemy import text

from shared.ids import new_id
from shared.store.database import Database

VOCABULARY = 30_000
WORDS_OF_A_PASSAGE = (60, 130)
PASSAGES_OF_A_DOCUMENT = (3, 7)
SYLLABLES = (
    "ba",
    "co",
    "di",
    "fu",
    "ge",
    "ha",
    "li",
    "mo",
    "na",
    "pe",
    "qui",
    "ro",
    "sa",
    "te",
    "vu",
    "wi",
    "zo",
    "stra",
)
DOCUMENTS_AT_ONCE = 200

WORKSPACE = text("INSERT INTO workspaces (id, name, plan) VALUES (:workspace_id, 'library', 'scale')")
BOT = text(
    "INSERT INTO bots (id, workspace_id, name, model, language) VALUES (:bot_id, :workspace_id, 'one', 'm', 'english')"
)
DOCUMENTS = text(
    "INSERT INTO documents (id, workspace_id, bot_id, title) "
    "SELECT id, :workspace_id, :bot_id, title FROM unnest(CAST(:ids AS uuid[]), CAST(:titles AS text[])) AS d (id, title)",
)
PASSAGES = text(
    "INSERT INTO passages (document_id, ordinal, bot_id, title, text) SELECT id, ordinal, :bot_id, title, said FROM unnest("
    "CAST(:ids AS uuid[]), CAST(:ordinals AS integer[]), CAST(:titles AS text[]), CAST(:texts AS text[])"
    ") AS p (id, ordinal, title, said)",
)


@dataclass(frozen=True, slots=True)
class Prose:
    """Words drawn as a language draws them: the n-th word comes n times less often than the first."""

    draw: random.Random
    words: tuple[str, ...]
    weights: tuple[float, ...]

    def some(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self.draw.choices(self.words, cum_weights=self.weights, k=count))

    def question(self) -> str:
        """Return a question: common words, and now and then a rare one."""
        return self.some(self.draw.randint(4, 10))


def open_prose(seed: int) -> Prose:
    """Make a language of VOCABULARY words."""
    draw = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4)))] = None
    return Prose(draw, tuple(words), tuple(accumulate(1 / (rank + 3) for rank in range(VOCABULARY))))


async def fill_bot(database: Database, prose: Prose, documents: int) -> UUID:
    """Make a workspace whose bot has so many documents; return the bot."""
    workspace_id, bot_id = new_id(), new_id()
    await database.call(WORKSPACE, workspace_id=workspace_id)
    await database.call(BOT, bot_id=bot_id, workspace_id=workspace_id)
    for start in range(0, documents, DOCUMENTS_AT_ONCE):
        ids = [new_id() for _ in range(min(DOCUMENTS_AT_ONCE, documents - start))]
        titles = {one: prose.some(prose.draw.randint(2, 5)) for one in ids}
        values = {"workspace_id": workspace_id, "bot_id": bot_id}
        await database.call(DOCUMENTS, ids=ids, titles=list(titles.values()), **values)
        rows = [
            (one, ordinal, titles[one], prose.some(prose.draw.randint(*WORDS_OF_A_PASSAGE)))
            for one in ids
            for ordinal in range(prose.draw.randint(*PASSAGES_OF_A_DOCUMENT))
        ]
        columns = dict(zip(("ids", "ordinals", "titles", "texts"), map(list, zip(*rows, strict=True)), strict=True))
        await database.call(PASSAGES, bot_id=bot_id, **columns)
    return bot_id
