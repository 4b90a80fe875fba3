"""Reads a request's body up to the limit, whatever its headers say."""

from __future__ import annotations

from starlette.requests import Request

from services.gateway.errors import ChatError

TOO_LARGE = 413


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Return the body; raises ChatError 413 as soon as it is larger than the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit_bytes:
        raise _too_large(limit_bytes)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(body)


def _too_large(limit_bytes: int) -> ChatError:
    sentence = f"The body is larger than {limit_bytes} bytes; send fewer or shorter messages."
    return ChatError(TOO_LARGE, "request_too_large", sentence)
