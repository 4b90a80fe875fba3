"""Put the passages of a file that was read in the place of those before, in one commit with the mark that it was."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from sqlalchemy import text

from shared.store.database import Database
from shared.store.documents.passages import insert_passages, lock_passages, passages_of_other_documents
from shared.store.documents.rows import ClaimedUpload, NewPassage
from shared.store.workspaces.epoch import start_epoch

READY = text(
    "UPDATE document_uploads SET status = 'ready', lease_until = NULL, ended_at = clock_timestamp(), pages = :pages, "
    "pages_read = :pages WHERE document_id = :document_id AND version = :version AND attempts = :attempt AND status = 'reading'"
)
DELETE = text("DELETE FROM passages WHERE document_id = :document_id")
# another version is another set of documents to the response cache
SERVE = text("UPDATE documents SET version = :version, passage_count = :passage_count WHERE id = :document_id")


class Keeping(Enum):
    """What became of a file's passages: kept; not ours any more; or the bot has no place for so many."""

    KEPT = auto()
    LOST = auto()
    BOT_FULL = auto()


async def keep_passages(
    database: Database,
    claimed: ClaimedUpload,
    passages: Sequence[NewPassage],
    *,
    pages: int | None,
    most_passages: int,
) -> Keeping:
    """Let the bot answer from these passages of the file, which has so many pages; nothing happens unless they are kept."""
    of_document = {"document_id": claimed.document_id, "version": claimed.version}
    ids = {"bot_id": claimed.bot_id, "document_id": claimed.document_id}
    async with database.transaction() as connection:
        await lock_passages(connection, claimed.bot_id)
        marked = await connection.execute(READY, of_document | {"attempt": claimed.attempt, "pages": pages})
        others = await passages_of_other_documents(connection, **ids)
        if marked.rowcount == 0 or others + len(passages) > most_passages:
            await connection.rollback()
            return Keeping.LOST if marked.rowcount == 0 else Keeping.BOT_FULL
        await connection.execute(DELETE, of_document)
        await insert_passages(connection, passages, **ids)
        await connection.execute(SERVE, of_document | {"passage_count": len(passages)})
        await start_epoch(connection, claimed.workspace_id)
    return Keeping.KEPT
