"""How long a request may take to come, and how large its head may be; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What one process grants to whoever connects. A reply may take any time: these are limits of requests."""

    head_bytes: int = 32_768
    head_seconds: float = 20
    """From a request's first byte to the end of its head."""
    body_seconds: float = 30
    """What any body may take; a large one gets a second more for each `body_bytes_a_second`."""
    body_bytes_a_second: int = 10_000
    unread_seconds: float = 120
    """How long a reply's bytes may lie here because its reader takes none of them."""
    idle_seconds: float = 75
    """How long a connection may stay open without a request. Longer than any ordinary client keeps an idle one (httpx
    5 s, aiohttp 15 s, nginx 60 s): who closes last never resets a request that is just being sent."""
    connections: int = 10_000

    def body_seconds_for(self, received_bytes: int) -> float:
        """Return how long a body of which so much has come may have been on its way."""
        return self.body_seconds + received_bytes / self.body_bytes_a_second
