"""Carries the SDKs' requests through our aiohttp session (httpx2 is what both SDKs speak)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx2

COOKIE = b"set-cookie"


class SessionTransport(httpx2.AsyncBaseTransport):
    """Sends one request by the session; closing the transport leaves the session open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; redirects are answers, and aiohttp's errors become httpx2's.

        Cookies end here: httpx2 would keep them and send them with the next workspace's key.
        """
        with _as_httpx2_errors():
            answer = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
            )
        return httpx2.Response(
            answer.status,
            headers=[field for field in answer.raw_headers if field[0].lower() != COOKIE],
            stream=_Body(answer),
            request=request,
            extensions={"http_version": b"HTTP/1.1"},
        )


class _Body(httpx2.AsyncByteStream):
    """The answer's bytes as they come; `aclose` midway drops the connection, so nothing flows on."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx2_errors():
            async for piece in self._answer.content.iter_any():
                yield piece

    async def aclose(self) -> None:
        self._answer.release()


def open_http_client(session: aiohttp.ClientSession) -> httpx2.AsyncClient:
    """Return a client that any number of SDK objects may share; it needs no closing."""
    return httpx2.AsyncClient(
        transport=SessionTransport(session),
        timeout=None,
        follow_redirects=False,
        trust_env=False,
    )


ERRORS: tuple[tuple[type[Exception], type[httpx2.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx2.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx2.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx2.ReadError),
    (aiohttp.ClientError, httpx2.NetworkError),
    (OSError, httpx2.NetworkError),
)
"""The first kind that fits decides, so the special ones stand above the general ones."""


@contextmanager
def _as_httpx2_errors() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        mapped = next(httpx2_error for kind, httpx2_error in ERRORS if isinstance(error, kind))
        # No text and no cause: aiohttp's may quote headers, and a header holds the key.
        raise mapped(type(error).__name__) from None
