"""Read sealed texts in batches, and put each in its place anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.sealed.columns import SealedColumn

FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SealedRow:
    """One sealed text and where it stands."""

    row_id: UUID
    workspace_id: UUID
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A text sealed anew, with the fingerprint that goes with it where its table keeps one."""

    row: SealedRow
    sealed: bytes = field(repr=False)
    fingerprint: bytes | None = field(default=None, repr=False)


async def count_sealed(database: Database, column: SealedColumn) -> int:
    """Return how many texts the column holds."""
    rows = await database.call(text(f"SELECT count({column.column}) AS texts FROM {column.table}"))
    return int(rows[0].texts)


async def read_sealed(database: Database, column: SealedColumn, *, after: UUID, limit: int) -> list[SealedRow]:
    """Return the next rows by their ids."""
    statement = text(
        f"SELECT {column.id_column} AS row_id, workspace_id, {column.column} AS sealed FROM {column.table} "
        f"WHERE {column.id_column} > :after AND {column.column} IS NOT NULL ORDER BY {column.id_column} LIMIT :limit"
    )
    rows = await database.call(statement, after=after, limit=limit)
    return [SealedRow(row.row_id, row.workspace_id, row.sealed) for row in rows]


async def renew_sealed(database: Database, column: SealedColumn, renewals: Sequence[Renewal]) -> int:
    """Replace the texts in one transaction and return how many: one that was changed meanwhile stays as it is."""
    has_fingerprints = any(renewal.fingerprint is not None for renewal in renewals)
    statement = text(
        f"UPDATE {column.table} SET {column.column} = :renewed"
        + (", fingerprint = :fingerprint" if has_fingerprints else "")
        + f" WHERE {column.id_column} = :row_id AND {column.column} = :sealed"
    )
    replaced = 0
    async with database.transaction() as connection:
        for renewal in sorted(renewals, key=lambda renewal: renewal.row.row_id):
            values = {"renewed": renewal.sealed, "row_id": renewal.row.row_id, "sealed": renewal.row.sealed}
            values |= {"fingerprint": renewal.fingerprint} if has_fingerprints else {}
            replaced += (await connection.execute(statement, values)).rowcount
    return replaced
