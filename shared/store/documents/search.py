"""Find passages by their words: few candidates by the index, ranked by what each word weighs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.domain.chat import Passage
from shared.domain.passage_search import WordSearch
from shared.store.database import Database

WORD_PLACES = 12
"""So many words a statement has places for; it is one and the same text for every question."""
GROUP_PLACES = 3
MOST_OF_A_GROUP = 150
"""Passages that hold a group of common words, ranked at most."""

# ts_rank says how often a single word stands in a passage, and whether in its title: 0.06 for once in the text
RANK = " + ".join(
    f"coalesce(:weight_{at} * ts_rank('{{0.1, 0.1, 0.1, 0.16}}', words, CAST(:word_{at} AS tsquery)), 0)"
    for at in range(WORD_PLACES)
)
HOLDS = "words_of_bot(bot_id, tsvector_to_array(words))"
# the words bear the bot already: said so that no second index is read for its id
OF_BOT = "bot_id IS NOT DISTINCT FROM CAST(:bot_id AS uuid)"
GROUPS = "".join(
    f"""
        UNION ALL (
            SELECT document_id, ordinal, words FROM passages
            WHERE {OF_BOT} AND {HOLDS} @> words_of_bot(CAST(:bot_id AS uuid), CAST(:group_{at} AS text[]))
                AND cardinality(CAST(:group_{at} AS text[])) > 0 LIMIT {MOST_OF_A_GROUP}
        )"""
    for at in range(GROUP_PLACES)
)
SEARCH = text(
    f"""
    WITH closest AS (
        SELECT document_id, ordinal,
            max(({RANK}) / (0.7 + 0.3 * length(words) / CAST(:average_words AS double precision))) AS score
        FROM (
            SELECT document_id, ordinal, words FROM passages
            WHERE {OF_BOT} AND {HOLDS} && words_of_bot(CAST(:bot_id AS uuid), CAST(:rare AS text[])){GROUPS}
        ) AS candidates
        GROUP BY document_id, ordinal ORDER BY score DESC, document_id, ordinal LIMIT :at_most
    )
    SELECT document_id, ordinal, title, text FROM closest JOIN passages USING (document_id, ordinal)
    ORDER BY score DESC, document_id, ordinal
    """,
)


async def search_passages(database: Database, *, bot_id: UUID, search: WordSearch, limit: int) -> list[Passage]:
    """Return the bot's passages that say most of the words, the closest first."""
    rows = await database.call(SEARCH, **values_of_search(bot_id, search, limit))
    return [Passage(row.title, row.text, row.document_id, row.ordinal) for row in rows]


def values_of_search(bot_id: UUID, search: WordSearch, limit: int) -> dict[str, Any]:
    """Return what stands in the statement's places; pure."""
    words = [*search.weights.items()][:WORD_PLACES]
    places = words + [("", None)] * (WORD_PLACES - len(words))
    groups = [*search.common][:GROUP_PLACES]
    return {
        "bot_id": bot_id,
        "rare": list(search.rare),
        "average_words": search.average_words,
        "at_most": limit,
        **{f"word_{at}": _query_of(word) for at, (word, _) in enumerate(places)},
        **{f"weight_{at}": weight for at, (_, weight) in enumerate(places)},
        **{f"group_{at}": list(groups[at]) if at < len(groups) else [] for at in range(GROUP_PLACES)},
    }


def _query_of(word: str) -> str:
    """Return a query for exactly this word, whatever signs stand in it."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'" if word else ""
