"""Anthropic's own client as a wire: the reference that the direct one is held against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anthropic
import httpx2

from shared.domain.error_types import ErrorType
from shared.providers.anthropic.address import WORKSPACE_HEADER
from shared.providers.anthropic.dialect import ANTHROPIC
from shared.providers.port import Credential
from shared.providers.sdk.events import SdkEvents
from shared.providers.wire import Events, ReportedError, UnreachedError, Whole
from shared.providers.wire_values import read_json


class ExplicitClient(anthropic.AsyncAnthropic):
    """Bound to one credential and deaf to the environment; one a call. Never close it: the HTTP client is everybody's."""

    def __init__(self, credential: Credential, base_url: httpx2.URL, http_client: httpx2.AsyncClient) -> None:
        super().__init__(
            api_key=credential.key.open(),
            base_url=base_url,
            http_client=http_client,
            max_retries=0,
            timeout=None,
            open_telemetry=False,
        )
        # What the SDK took from ANTHROPIC_CUSTOM_HEADERS goes again: it could even replace the key.
        workspace_id = credential.anthropic_workspace_id
        self._custom_headers = {WORKSPACE_HEADER: workspace_id} if workspace_id else {}
        # Else every new client asks for it in a thread of its own.
        self._platform = "Unknown"


class AnthropicSdkWire:
    """Carries requests by a fresh client for each."""

    def __init__(self, base_url: str, http_client: httpx2.AsyncClient) -> None:
        self._base_url = httpx2.URL(base_url + "/")
        self._http_client = http_client

    async def ask(self, credential: Credential, body: Mapping[str, Any]) -> Whole:
        """Send the body and wait for the whole answer, as `Wire.ask` says."""
        with _translated():
            answer = await self._client(credential).post(ANTHROPIC.chat_path, body=dict(body), cast_to=httpx2.Response)
        return Whole(answer.headers, read_json(answer.content))

    @asynccontextmanager
    async def stream(self, credential: Credential, body: Mapping[str, Any]) -> AsyncIterator[Events]:
        """Send the body and read the answer as it comes, as `Wire.stream` says."""
        with _translated():
            stream = await self._client(credential).post(
                ANTHROPIC.chat_path,
                body=dict(body),
                cast_to=object,
                stream=True,
                stream_cls=anthropic.AsyncStream[object],
            )
            async with stream:
                yield SdkEvents(stream.response.headers, stream)

    async def list_models(self, credential: Credential) -> bytes:
        """Ask for the models that the account may use, as `Wire.list_models` says."""
        with _translated():
            answer = await self._client(credential).get(ANTHROPIC.models_path, cast_to=httpx2.Response)
        return answer.content

    def _client(self, credential: Credential) -> ExplicitClient:
        return ExplicitClient(credential, self._base_url, self._http_client)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (anthropic.APITimeoutError, httpx2.TimeoutException):
        raise UnreachedError(ErrorType.TIMEOUT) from None
    except (anthropic.APIConnectionError, httpx2.HTTPError):  # inside a stream httpx2's own come as they are
        raise UnreachedError(ErrorType.CONNECTION) from None
    except anthropic.APIStatusError as error:
        response = error.response
        status = None if response.is_success else response.status_code  # an event's error bears the stream's 200
        raise ReportedError(ANTHROPIC.read_error(error.body, status, response.headers)) from None
