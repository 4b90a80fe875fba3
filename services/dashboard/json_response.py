"""JSON answers that no cache keeps."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


def json_response(value: Any, status: int = 200) -> Response:
    """Return the value as JSON; instants in ISO 8601, ids as text."""
    body = orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)
    return Response(body, status, headers={"Cache-Control": "no-store"}, media_type="application/json")
