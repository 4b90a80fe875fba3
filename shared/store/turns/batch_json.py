"""A batch of rows as the one JSON parameter of a SQL function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson


def batch_json(rows: Iterable[dict[str, Any]]) -> str:
    """Return the rows as JSON text."""
    # the driver's own UUID type is a subclass that orjson does not know
    return orjson.dumps(list(rows), default=str).decode()
