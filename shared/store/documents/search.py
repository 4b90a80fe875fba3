"""Find passages by their words: few candidates by the index, ranked by what each word weighs; many searches at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.domain.chat import Passage
from shared.domain.passage_search import WordSearch
from shared.store.database import Database

WORD_PLACES = 12
"""So many words the statement has places for; it is one and the same text for every search."""
GROUP_PLACES = 3
MOST_OF_A_GROUP = 150
"""Passages that hold a group of common words, ranked at most."""

# ts_rank says how often a single word stands in a passage, and whether in its title: 0.06 for once in the text
RANK = " + ".join(
    f"coalesce(s.weights[{at}] * ts_rank('{{0.1, 0.1, 0.1, 0.16}}', words, s.queries[{at}]), 0)"
    for at in range(1, WORD_PLACES + 1)
)
LENGTH = "CAST(0.7 AS double precision) + CAST(0.3 AS double precision) * length(words) / s.average_words"
HOLDS = "words_of_bot(bot_id, tsvector_to_array(words))"
# the words bear the bot already: said so that no second index is read for its id
OF_BOT = "bot_id IS NOT DISTINCT FROM s.bot_id"
GROUPS = "".join(
    f"""
            UNION ALL (
                SELECT document_id, ordinal, words FROM passages
                WHERE {OF_BOT} AND {HOLDS} @> words_of_bot(s.bot_id, s.group_{at})
                    AND cardinality(s.group_{at}) > 0 LIMIT {MOST_OF_A_GROUP}
            )"""
    for at in range(GROUP_PLACES)
)
SEARCH = text(
    f"""
    SELECT s.place, closest.document_id, closest.ordinal, found.title, found.text
    FROM json_to_recordset(CAST(:searches AS json)) AS s (
        place integer, bot_id uuid, at_most integer, average_words double precision, queries tsquery[], weights real[],
        rare text[], {", ".join(f"group_{at} text[]" for at in range(GROUP_PLACES))}
    )
    CROSS JOIN LATERAL (
        SELECT DISTINCT score, document_id, ordinal
        FROM (
            SELECT document_id, ordinal, ({RANK}) / ({LENGTH}) AS score FROM (
                SELECT document_id, ordinal, words FROM passages
                WHERE {OF_BOT} AND {HOLDS} && words_of_bot(s.bot_id, s.rare){GROUPS}
            ) AS candidates OFFSET 0
        ) AS ranked
        ORDER BY score DESC, document_id, ordinal LIMIT s.at_most
    ) AS closest
    CROSS JOIN LATERAL (
        SELECT title, text FROM passages
        WHERE document_id = closest.document_id AND ordinal = closest.ordinal LIMIT 1
    ) AS found
    ORDER BY s.place, score DESC, closest.document_id, closest.ordinal
    """,
)


@dataclass(frozen=True, slots=True)
class BotSearch:
    """A search of a bot's passages for the closest `limit`."""

    bot_id: UUID
    search: WordSearch
    limit: int


async def search_passages(database: Database, searches: Sequence[BotSearch]) -> list[list[Passage]]:
    """Return for each search the bot's passages that say most of the words, the closest first."""
    rows = await database.call(SEARCH, searches=text_of_searches(searches))
    found: list[list[Passage]] = [[] for _ in searches]
    for row in rows:
        found[row.place].append(Passage(row.title, row.text, row.document_id, row.ordinal))
    return found


def text_of_searches(searches: Sequence[BotSearch]) -> str:
    """Return the searches as the statement reads them; pure."""
    return orjson.dumps([_fields(place, one) for place, one in enumerate(searches)], default=str).decode()


def _fields(place: int, one: BotSearch) -> dict[str, Any]:
    words = [*one.search.weights][:WORD_PLACES]
    groups = [*one.search.common, *[()] * GROUP_PLACES][:GROUP_PLACES]
    return {
        "place": place,
        "bot_id": one.bot_id,
        "at_most": one.limit,
        "average_words": one.search.average_words,
        "queries": [_query_of(word) for word in words],
        "weights": [one.search.weights[word] for word in words],
        "rare": one.search.rare,
        **{f"group_{at}": group for at, group in enumerate(groups)},
    }


def _query_of(word: str) -> str:
    """Return a query for exactly this word, whatever signs stand in it."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
