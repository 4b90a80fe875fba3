"""Whether any row of any table changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from shared.store.database import Database
from tests.security.fuzz.operations import Operation
from tests.servers import until

MOVING = {"sessions", "login_failures", "backlog", "notice_deliveries", "kept_answers"}
"""Tables that change while nobody changes anything: seen again, counted, rung again, kept no longer."""
COUNTED_LATER = ("usage_",)
"""Tables that the ledger fills while nobody asks for anything; reconciling has tests of its own."""
UNDER_WAY = text(
    "(SELECT 1 FROM turns WHERE status IN ('waiting', 'ready', 'running') LIMIT 1) UNION ALL "
    "(SELECT 1 FROM document_uploads WHERE status IN ('waiting', 'reading') LIMIT 1)"
)
"""What a request before has begun, and ends by itself."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest of each table's rows."""

    tables: dict[str, str]

    def changed_until(self, later: Digest) -> list[str]:
        """Return the tables that differ."""
        return sorted(name for name, digest in self.tables.items() if later.tables[name] != digest)


@dataclass(slots=True)
class RowWatch:
    """Looks at every table that the database has; one of tomorrow joins by itself."""

    database: Database
    tables: tuple[str, ...] = ()

    async def digest(self, operation: Operation) -> Digest:
        """Return the digest once no turn runs and no file is read; the audit may note a key that its provider refused."""
        await until(self._is_quiet)
        if not self.tables:
            self.tables = await self._all_tables()
        names = [name for name in self.tables if name != "audit" or "/keys" not in operation.path]
        parts = [
            f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} AS t) AS {name}"
            for name in names
        ]
        (row,) = await self.database.call(text("SELECT " + ", ".join(parts)))
        return Digest({name: getattr(row, name) for name in names})

    async def _is_quiet(self) -> bool:
        return not await self.database.call(UNDER_WAY)

    async def _all_tables(self) -> tuple[str, ...]:
        rows = await self.database.call(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        names = [row.tablename for row in rows if row.tablename not in MOVING]
        return tuple(sorted(name for name in names if not name.startswith(COUNTED_LATER)))
