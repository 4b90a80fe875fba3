"""A provider's requests, straight through the process's one HTTP session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

from shared.domain.error_types import ErrorType
from shared.providers.dialect import Dialect, End, Skip
from shared.providers.direct.events import EventCutter
from shared.providers.port import Credential
from shared.providers.wire import Events, ReportedError, UnreachedError, Whole
from shared.providers.wire_values import read_json, read_json_or_text

USER_AGENT: Final = "mevichat"
HEADERS: Final = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": USER_AGENT}
DRAIN_SECONDS: Final = 0.1
"""How long a stream that has said everything may take to close; a connection that did is used again."""


class DirectWire:
    """Speaks one dialect to `base_url`, each request with the key that it is given."""

    def __init__(self, dialect: Dialect, base_url: str, session: aiohttp.ClientSession) -> None:
        self._dialect = dialect
        self._base_url = base_url
        self._session = session

    async def ask(self, credential: Credential, body: Mapping[str, Any]) -> Whole:
        """Send the body and wait for the whole answer, as `Wire.ask` says."""
        with _as_unreached():
            async with self._request("POST", self._dialect.chat_path, credential, orjson.dumps(body)) as answer:
                content = await answer.read()
        self._check(answer, content)
        return Whole(answer.headers, read_json(content))

    @asynccontextmanager
    async def stream(self, credential: Credential, body: Mapping[str, Any]) -> AsyncIterator[Events]:
        """Send the body and read the answer as it comes, as `Wire.stream` says."""
        with _as_unreached():
            async with self._request("POST", self._dialect.chat_path, credential, orjson.dumps(body)) as answer:
                if not _is_success(answer.status):
                    self._check(answer, await answer.read())
                yield _DirectEvents(self._dialect, answer)

    async def list_models(self, credential: Credential) -> bytes:
        """Ask for the models that the account may use, as `Wire.list_models` says."""
        with _as_unreached():
            async with self._request("GET", self._dialect.models_path, credential, None) as answer:
                content = await answer.read()
        self._check(answer, content)
        return content

    def _request(
        self, method: str, path: str, credential: Credential, body: bytes | None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._session.request(
            method,
            _url(self._dialect.address_of(self._base_url, credential) + path),
            headers=HEADERS | self._dialect.headers_of(credential),
            data=body,
            allow_redirects=False,
            auto_decompress=True,
        )

    def _check(self, answer: aiohttp.ClientResponse, content: bytes) -> None:
        """Raise what the answer reports, unless it is a success; a redirect is none."""
        if not _is_success(answer.status):
            body = read_json_or_text(content)
            raise ReportedError(self._dialect.read_error(body, answer.status, answer.headers))


class _DirectEvents:
    """A stream's events as they come."""

    def __init__(self, dialect: Dialect, answer: aiohttp.ClientResponse) -> None:
        self._dialect = dialect
        self._answer = answer
        self.headers: Mapping[str, str] = answer.headers

    async def __aiter__(self) -> AsyncIterator[object]:
        cutter = EventCutter()
        while piece := await self._answer.content.readany():
            for event in cutter.feed(piece):
                value = self._dialect.read_event(event, self.headers)
                if value is End:
                    await self._drain()
                    return
                if value is not Skip:
                    yield value

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while await self._answer.content.readany():
                    pass
        except (TimeoutError, aiohttp.ClientError):
            return  # everything was said; the connection is dropped instead


def _is_success(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - as RFC 9110, section 15.3 numbers it


@lru_cache(maxsize=64)
def _url(address: str) -> URL:
    return URL(address)


@contextmanager
def _as_unreached() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        is_late = isinstance(error, aiohttp.ServerTimeoutError)
        # No text and no cause: aiohttp's may quote headers, and a header holds the key.
        raise UnreachedError(ErrorType.TIMEOUT if is_late else ErrorType.CONNECTION) from None
