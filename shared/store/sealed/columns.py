"""Which columns hold sealed texts: their type says so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from shared.store.database import Database

FIND = text("""
    SELECT c.table_name, c.column_name, k.column_name AS id_column
    FROM information_schema.columns AS c
    JOIN information_schema.table_constraints AS t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
    JOIN information_schema.key_column_usage AS k
        ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
    WHERE c.table_schema = current_schema() AND c.domain_name = 'sealed_text'
    ORDER BY c.table_name, c.column_name
""")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of type `sealed_text`; its table has a primary key of one uuid, and a workspace_id."""

    table: str
    column: str
    id_column: str


async def find_sealed_columns(database: Database) -> list[SealedColumn]:
    """Return every column of sealed texts that the database has."""
    rows = await database.call(FIND)
    return [SealedColumn(row.table_name, row.column_name, row.id_column) for row in rows]
