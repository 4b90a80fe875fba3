"""The turn's fields that are kept as JSON text: nobody searches in them."""

from __future__ import annotations

from typing import Any

import orjson

from shared.domain.turn_result import TurnError


def json_text(value: Any) -> str | None:
    """Return the value as JSON text; None and empty values take no room."""
    return orjson.dumps(value).decode() if value else None


def json_value(text: str | None) -> Any:
    """Return the value that the text holds, or None."""
    return orjson.loads(text) if text else None


def error_text(error: TurnError | None) -> str | None:
    """Return a turn's error as JSON text."""
    return None if error is None else json_text({name: getattr(error, name) for name in error.__slots__})


def error_value(text: str | None) -> TurnError | None:
    """Return the error that the text holds."""
    return TurnError(**orjson.loads(text)) if text else None
