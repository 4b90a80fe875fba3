"""What the admin API answers when it refuses: one documented shape (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.dashboard.json_response import json_response
from shared.errors import MevichatError
from shared.ids import new_id
from shared.keys.refusal import KeyRefusal

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    502: "provider_error",
    503: "unavailable_error",
}


class AdminError(MevichatError):
    """Raised by a handler to answer with an error; `message` names the field and the fix.

    `problems` are the sentences of all fields that must be corrected, by field; `param` and `message` tell the first.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        param: str | None = None,
        *,
        problems: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param, self.facts = status, code, message, param, facts
        self.problems = problems or ({} if param is None else {param: message})


def not_found(what: str) -> AdminError:
    """Return the error for an id that this workspace does not have."""
    return AdminError(404, "not_found", f"There is no such {what} in this workspace.", "id")


def invalid(param: str, message: str) -> AdminError:
    """Return the error for a field that must be corrected."""
    return AdminError(422, "invalid_request", message, param)


def invalid_fields(problems: Mapping[str, str]) -> AdminError:
    """Return the error for all of these fields, by field the sentence for each; there is at least one."""
    param, message = next(iter(problems.items()))
    return AdminError(422, "invalid_request", message, param, problems=problems)


def key_error(refusal: KeyRefusal) -> AdminError:
    """Return a key's refusal with the provider's own facts inline (S3)."""
    facts = {
        name: getattr(refusal, name)
        for name in ("provider", "provider_status", "provider_code", "provider_request_id")
        if getattr(refusal, name) is not None
    }
    return AdminError(refusal.status, refusal.code, refusal.message, refusal.param, **facts)


async def answer_error(_: Request, error: Exception) -> Response:
    """Turn an AdminError into its answer."""
    assert isinstance(error, AdminError)
    body = {
        "type": TYPES.get(error.status, "server_error"),
        "code": error.code,
        "message": error.message,
        "param": error.param,
        "errors": [{"field": field, "message": message} for field, message in error.problems.items()],
        "request_id": str(new_id()),
        **error.facts,
    }
    return json_response({"error": body}, error.status)
