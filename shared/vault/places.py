"""Where sealed texts stand, and what binds each to its row."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed texts. `purpose` keeps them from opening where another kind stands."""

    table: str
    column: str
    purpose: bytes

    def info(self, workspace_id: UUID, row_id: UUID) -> bytes:
        """Return what a text's cipher is derived by: purpose, workspace, and the row where it is not the workspace's."""
        own = b"" if row_id == workspace_id else row_id.bytes
        return self.purpose + workspace_id.bytes + own


PROVIDER_KEY = Place("provider_keys", "sealed", b"mevichat provider key 1")
WEBHOOK_SECRET = Place("notice_settings", "webhook_secret", b"mevichat webhook secret 1")
PLACES = (PROVIDER_KEY, WEBHOOK_SECRET)


def place_of(table: str, column: str) -> Place | None:
    """Return what is known of a sealed column, or None."""
    return next((place for place in PLACES if (place.table, place.column) == (table, column)), None)
