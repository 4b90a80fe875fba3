"""Looks for planted secrets in whatever was written."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

from sqlalchemy import text

from tests.product import Product


async def stored_rows(product: Product) -> list[str]:
    """Return every row of every table as text; sealed keys stand in it as ciphertext."""
    tables = await product.database.call(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    found: list[str] = []
    for (table,) in tables:
        found += [row[0] for row in await product.database.call(text(f"SELECT t::text FROM {table} AS t"))]
    return found


def traces_of(mark: str) -> list[str]:
    """Return the forms in which a secret may hide: as it is, in part, in an address, in hex and in base64 of both kinds."""
    raw = mark.encode()
    cut = [encode(raw[start:])[4:20].decode() for start in range(3) for encode in (b64encode, urlsafe_b64encode)]
    return [mark[:12], mark[5:17], quote(mark, safe="")[:12], raw[:12].hex(), *cut]
