"""What a bot's passages know of a question's words."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.passage_search import Question, QuestionWord
from shared.store.database import Database

LONGEST_QUESTION = 4_000
"""Characters; what a longer message asks is looked for at its end."""
MOST_LANGUAGES_READ = 8
MOST_WORDS_READ = 100
"""In each language, of the question and of what was asked before."""
MOST_SIMILAR_READ = 100

# the bot may have passages in several languages, and the question is read as each of those that most of them have
READ = text(
    """
    WITH asked AS (
        SELECT c.language, w.lexeme AS word, said.is_earlier,
            row_number() OVER (PARTITION BY c.language, w.lexeme) = 1 AS is_first
        FROM (
            SELECT language FROM passage_counts WHERE bot_id = :bot_id AND passages > 0
            ORDER BY passages DESC, language LIMIT :most_languages
        ) AS c
        CROSS JOIN (VALUES (CAST(:question AS text), false), (CAST(:earlier AS text), true)) AS said (text, is_earlier)
        CROSS JOIN LATERAL (
            SELECT lexeme FROM unnest(to_tsvector(CAST(c.language AS regconfig), said.text)) LIMIT :most_words
        ) AS w
    ), counted AS (
        SELECT a.word, bool_and(a.is_earlier) AS is_earlier, min(a.language) AS language, coalesce(sum(c.passages) FILTER (WHERE a.is_first), 0) AS passages FROM asked AS a
        LEFT JOIN word_counts AS c ON c.bot_id = :bot_id AND c.language = a.language AND c.word = a.word
        GROUP BY a.word
    )
    SELECT a.word, a.passages, a.is_earlier, alike.words AS similar_words, alike.passages AS similar_passages,
        totals.passages AS all_passages, totals.words AS all_words
    FROM counted AS a
    CROSS JOIN (SELECT sum(passages) AS passages, sum(words) AS words FROM passage_counts WHERE bot_id = :bot_id) AS totals
    LEFT JOIN LATERAL (
        SELECT array_agg(s.word) AS words, array_agg(s.passages) AS passages FROM (
            SELECT c.word, c.passages FROM word_counts AS c
            WHERE a.passages = 0 AND length(a.word) >= 4 AND c.bot_id = :bot_id AND c.language = a.language
                AND c.word >= left(a.word, 2) COLLATE "C" AND c.word < left(a.word, 2) || U&'\\FFFF' COLLATE "C"
                AND (abs(length(c.word) - length(a.word)) <= 2 OR starts_with(c.word, a.word)
                    OR (length(c.word) >= 5 AND starts_with(a.word, c.word)))
            ORDER BY left(c.word, 3) <> left(a.word, 3) LIMIT :most_similar
        ) AS s
    ) AS alike ON true
    """,
)


async def read_question(database: Database, *, bot_id: UUID, question: str, earlier: str = "") -> Question:
    """Return the question's words as the bot's passages are indexed, none where it has none; `earlier` was asked before."""
    rows = await database.call(
        READ,
        bot_id=bot_id,
        question=question[-LONGEST_QUESTION:],
        earlier=earlier[-LONGEST_QUESTION:],
        most_languages=MOST_LANGUAGES_READ,
        most_words=MOST_WORDS_READ,
        most_similar=MOST_SIMILAR_READ,
    )
    if not rows:
        return Question((), 0, 1.0)
    words = tuple(
        QuestionWord(
            row.word,
            row.passages,
            row.is_earlier,
            dict(zip(row.similar_words or (), row.similar_passages or (), strict=True)),
        )
        for row in rows
    )
    return Question(words, int(rows[0].all_passages), max(1.0, float(rows[0].all_words / rows[0].all_passages)))
