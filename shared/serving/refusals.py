"""What a connection reads whose request never reached the application; both ports' error shape, as far as they share it."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class ConnectionRefusal:
    """A status, a code for programs and a sentence for people."""

    status: int
    code: str
    message: str

    def answer(self) -> bytes:
        """Return the whole answer as it travels; the connection closes after it."""
        kind = "unavailable_error" if self.status == 503 else "invalid_request_error"  # noqa: PLR2004 - HTTP's own
        error = {"message": self.message, "type": kind, "param": None, "code": self.code}
        body = orjson.dumps({"error": error})
        head = (
            f"HTTP/1.1 {self.status} {REASONS[self.status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode() + body


NO_REQUEST = ConnectionRefusal(400, "invalid_http", "This is no valid HTTP request; send one of HTTP/1.1.")
TWO_MEANINGS = ConnectionRefusal(
    400, "invalid_http", "Host and Authorization may come once each; a proxy before us might have read the other."
)
SLOW_HEAD = ConnectionRefusal(408, "request_timeout", "The request's headers came too slowly; send them at once.")
SLOW_BODY = ConnectionRefusal(408, "request_timeout", "The request's body came too slowly; send it in one go.")
LARGE_HEAD = ConnectionRefusal(431, "headers_too_large", "The address and headers are too large; send shorter ones.")
TOO_MANY = ConnectionRefusal(503, "too_many_connections", "Too many connections are open here; try again in a moment.")
CODES = frozenset(each.code for each in (NO_REQUEST, TWO_MEANINGS, SLOW_HEAD, SLOW_BODY, LARGE_HEAD, TOO_MANY))
