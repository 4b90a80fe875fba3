"""A key's standing as the values of its columns."""

from __future__ import annotations

import json
from typing import Any

from shared.store.keys.rows import Standing


def standing_values(standing: Standing) -> dict[str, Any]:
    """Return the standing under the names that statements bind."""
    return {
        "state": standing.state,
        "reason_code": standing.reason_code,
        "reason": standing.reason,
        "provider_status": standing.provider_status,
        "provider_code": standing.provider_code,
        "provider_request_id": standing.provider_request_id,
        "models": None if standing.models is None else list(standing.models),
        "blocked": json.dumps(dict(standing.blocked)),
        "recheck_seconds": standing.recheck_seconds,
    }
