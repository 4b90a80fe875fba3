"""Seal everything anew under the newest master key, or look at what no master key opens; row by row, online."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from shared.errors import MevichatError
from shared.store.database import Database
from shared.store.sealed.columns import SealedColumn, find_sealed_columns
from shared.store.sealed.rows import FIRST, Renewal, SealedRow, count_sealed, read_sealed, renew_sealed
from shared.vault.errors import CannotOpenError
from shared.vault.places import PROVIDER_KEY, Place, place_of
from shared.vault.vault import Vault

BATCH: Final = 200


class UnknownPlaceError(MevichatError):
    """Raised when the database has a sealed column that this version does not know how to open."""


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Some rows of one column: what is to be sealed anew, how many are newest already, and which no master key opens."""

    place: Place
    column: SealedColumn
    renewals: tuple[Renewal, ...]
    newest: int
    unopened: tuple[SealedRow, ...]

    @property
    def size(self) -> int:
        """Return how many rows the batch looked at."""
        return len(self.renewals) + self.newest + len(self.unopened)


async def count_all_sealed(database: Database) -> int:
    """Return how many sealed texts there are."""
    return sum([await count_sealed(database, column) for column in await find_sealed_columns(database)])


async def look_through(database: Database, vault: Vault, *, batch: int = BATCH) -> AsyncIterator[SealedBatch]:
    """Look at every sealed text, in the order of column and row; changes nothing.

    Raises:
        UnknownPlaceError: a column is sealed, and for which purpose is not known.

    """
    columns = await find_sealed_columns(database)
    for column, place in [(column, _place(column)) for column in columns]:
        after = FIRST
        while rows := await read_sealed(database, column, after=after, limit=batch):
            yield _sorted(vault, place, column, rows)
            after = rows[-1].row_id


async def reseal(database: Database, looked: SealedBatch) -> None:
    """Write a batch's renewals, in one transaction; a text that was rotated meanwhile is newer and stays."""
    if looked.renewals:
        await renew_sealed(database, looked.column, looked.renewals)


def _place(column: SealedColumn) -> Place:
    place = place_of(column.table, column.column)
    if place is None:
        message = f"{column.table}.{column.column} is sealed, but this version does not know for which purpose."
        raise UnknownPlaceError(message)
    return place


def _sorted(vault: Vault, place: Place, column: SealedColumn, rows: list[SealedRow]) -> SealedBatch:
    renewals, unopened, newest = [], [], 0
    for row in rows:
        try:
            renewal = _renewal(vault, place, row)
        except CannotOpenError:
            unopened.append(row)
            continue
        if renewal is None:
            newest += 1
        else:
            renewals.append(renewal)
    return SealedBatch(place, column, tuple(renewals), newest, tuple(unopened))


def _renewal(vault: Vault, place: Place, row: SealedRow) -> Renewal | None:
    """Return the row's text sealed anew, None where it is under the newest master key; raises CannotOpenError."""
    sealed = vault.renewed(place, row.sealed, workspace_id=row.workspace_id, row_id=row.row_id)
    if sealed is None:
        return None
    if place is not PROVIDER_KEY:
        return Renewal(row, sealed)
    secret = vault.open_in(place, sealed, workspace_id=row.workspace_id, row_id=row.row_id)
    return Renewal(row, sealed, vault.fingerprint(secret, workspace_id=row.workspace_id))
