"""What bots' passages know of the words of questions: many questions, of whichever bots, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.passage_search import Question, QuestionWord
from shared.store.database import Database

LONGEST_QUESTION = 4_000
"""Characters; what a longer message asks is looked for at its end."""
MOST_LANGUAGES_READ = 8
MOST_WORDS_READ = 100
"""In each language, of the question and of what was asked before."""
MOST_SIMILAR_READ = 100

# A bot may have passages in several languages, and a question is read as each of those that most of them have.
# LIMIT where one row is meant: each word is looked up by itself, and never by reading all words of the bot.
READ = text(
    """
    SELECT q.place, asked.word, asked.passages, asked.is_earlier, alike.words AS similar_words,
        alike.passages AS similar_passages, totals.passages AS all_passages, totals.words AS all_words
    FROM unnest(CAST(:bot_ids AS uuid[]), CAST(:questions AS text[]), CAST(:earlier AS text[]))
        WITH ORDINALITY AS q (bot_id, question, earlier, place)
    CROSS JOIN LATERAL (
        SELECT sum(passages) AS passages, sum(words) AS words FROM passage_counts WHERE bot_id = q.bot_id
    ) AS totals
    CROSS JOIN LATERAL (
        SELECT read.word, bool_and(read.is_earlier) AS is_earlier, min(read.language) AS language,
            coalesce(sum(c.passages), 0) AS passages
        FROM (
            SELECT of_bot.language, w.lexeme AS word, bool_and(said.is_earlier) AS is_earlier
            FROM (
                SELECT language FROM passage_counts WHERE bot_id = q.bot_id AND passages > 0
                ORDER BY passages DESC, language LIMIT :most_languages
            ) AS of_bot
            CROSS JOIN (VALUES (q.question, false), (q.earlier, true)) AS said (text, is_earlier)
            CROSS JOIN LATERAL (
                SELECT lexeme FROM unnest(to_tsvector(CAST(of_bot.language AS regconfig), said.text)) LIMIT :most_words
            ) AS w
            GROUP BY of_bot.language, w.lexeme
        ) AS read
        LEFT JOIN LATERAL (
            SELECT passages FROM word_counts
            WHERE bot_id = q.bot_id AND language = read.language AND word = read.word LIMIT 1
        ) AS c ON true
        GROUP BY read.word
    ) AS asked
    LEFT JOIN LATERAL (
        SELECT array_agg(s.word) AS words, array_agg(s.passages) AS passages FROM (
            SELECT c.word, c.passages FROM word_counts AS c
            WHERE asked.passages = 0 AND length(asked.word) >= 4
                AND c.bot_id = q.bot_id AND c.language = asked.language
                AND c.word >= left(asked.word, 2) COLLATE "C"
                AND c.word < left(asked.word, 2) || U&'\\FFFF' COLLATE "C"
                AND (abs(length(c.word) - length(asked.word)) <= 2 OR starts_with(c.word, asked.word)
                    OR (length(c.word) >= 5 AND starts_with(asked.word, c.word)))
            ORDER BY left(c.word, 3) <> left(asked.word, 3), c.word LIMIT :most_similar
        ) AS s
    ) AS alike ON true
    """,
)


@dataclass(frozen=True, slots=True)
class BotQuestion:
    """What is asked of a bot's passages; `earlier` was asked before."""

    bot_id: UUID
    question: str
    earlier: str = ""


async def read_questions(database: Database, questions: Sequence[BotQuestion]) -> list[Question]:
    """Return each question's words as its bot's passages are indexed, none where the bot has no passages."""
    rows = await database.call(
        READ,
        bot_ids=[one.bot_id for one in questions],
        questions=[one.question[-LONGEST_QUESTION:] for one in questions],
        earlier=[one.earlier[-LONGEST_QUESTION:] for one in questions],
        most_languages=MOST_LANGUAGES_READ,
        most_words=MOST_WORDS_READ,
        most_similar=MOST_SIMILAR_READ,
    )
    of_each: list[list[Row[Any]]] = [[] for _ in questions]
    for row in rows:
        of_each[row.place - 1].append(row)
    return [_question(of_one) for of_one in of_each]


def _question(rows: Sequence[Row[Any]]) -> Question:
    if not rows:
        return Question((), 0, 1.0)
    words = [QuestionWord(row.word, int(row.passages), row.is_earlier, _similar(row)) for row in rows]
    passages, all_words = int(rows[0].all_passages), float(rows[0].all_words)
    return Question(tuple(words), passages, max(1.0, all_words / passages))


def _similar(row: Row[Any]) -> dict[str, int]:
    return dict(zip(row.similar_words, row.similar_passages, strict=True)) if row.similar_words else {}
