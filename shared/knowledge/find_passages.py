"""Find what a bot's documents say about a question."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.domain.chat import Passage
from shared.domain.language import earlier_question, language_of
from shared.store.database import Database
from shared.store.documents.search import search_passages

MOST_PASSAGES = 4
"""Four passages of 800 characters are about 800 tokens: help for the model, no burden."""


async def find_passages(database: Database, *, bot_id: UUID, asked: Sequence[str]) -> tuple[Passage, ...]:
    """Return the passages of the bot's documents that are closest to the last of the user's messages, the closest first.

    Where it leans on a message before it, or finds nothing alone, it is looked for together with that.
    """
    for words in searches(asked):
        found = await search_passages(database, bot_id=bot_id, text=words, limit=MOST_PASSAGES)
        if found:
            return tuple(found)
    return ()


def searches(asked: Sequence[str]) -> tuple[str, ...]:
    """Return the words to look for, and those to look for when nothing is found."""
    if not asked:
        return ()
    language = language_of([asked[-1]])
    earlier = earlier_question(asked, language)
    together = [words_for(" ".join(asked[-2:]))] if len(asked) > 1 else []
    first = words_for(asked[-1] if earlier is None else f"{earlier} {asked[-1]}")
    return tuple(dict.fromkeys([first, *together]))


def words_for(question: str) -> str:
    """Return what the question is about, with other words for the same; the question itself where that is nothing."""
    language = language_of([question])
    return " ".join(language.with_alike(language.content_words(question))) or question
