"""Give a bot a document to answer from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.actor import Actor
from shared.domain.text_rules import storable_text_problem
from shared.ids import new_id
from shared.knowledge.passages import split_into_passages
from shared.store.database import Database
from shared.store.documents.rows import NewPassage
from shared.store.documents.write import insert_document


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A text that a bot shall answer from; `title` is what the bot names as its source."""

    workspace_id: UUID
    bot_id: UUID
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentAdded:
    """The document is kept and searched from now on, as so many `passages`."""

    document_id: UUID
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentRefused:
    """The document cannot be kept; `problem` completes the sentence "The text ..."."""

    problem: str


async def add_document(
    database: Database, document: NewDocument, *, actor: Actor, most_passages: int | None = None
) -> DocumentAdded | DocumentRefused:
    """Cut the text into passages and keep them; an empty or unstorable text is refused.

    So is one with which the bot's documents would have more than `most_passages`; None: as many as they like.
    """
    problem = storable_text_problem(document.title + document.text)
    if problem is not None:
        return DocumentRefused(problem)
    passages = split_into_passages(document.text)
    if not passages:
        return DocumentRefused("is empty")
    document_id = new_id()
    is_kept = await insert_document(
        database,
        document_id=document_id,
        workspace_id=document.workspace_id,
        bot_id=document.bot_id,
        title=document.title,
        passages=[NewPassage(document.title, passage) for passage in passages],
        most_passages=most_passages,
        actor=actor,
    )
    if not is_kept:
        return DocumentRefused(f"is too long: the bot's documents would have more than {most_passages:,} passages")
    return DocumentAdded(document_id, len(passages))
