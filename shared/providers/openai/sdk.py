"""OpenAI's own client as a wire: the reference that the direct one is held against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import openai

from shared.domain.error_types import ErrorType
from shared.providers.openai.address import address_of
from shared.providers.openai.dialect import OPENAI
from shared.providers.port import Credential
from shared.providers.sdk.events import SdkEvents
from shared.providers.wire import Events, ReportedError, UnreachedError, Whole
from shared.providers.wire_values import read_json

NO_HEADERS: Mapping[str, str] = {}


class ExplicitClient(openai.AsyncOpenAI):
    """Bound to one credential and deaf to the environment; one a call. Never close it: the HTTP client is everybody's."""

    def __init__(self, credential: Credential, base_url: str, http_client: httpx2.AsyncClient) -> None:
        super().__init__(
            api_key=credential.key.open(),
            base_url=address_of(base_url, credential),
            http_client=http_client,
            max_retries=0,
            timeout=None,
        )
        # What the SDK took from OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS goes again;
        # the last could even replace the key. There is no argument that says "none".
        self.organization = credential.organization
        self.project = credential.project
        self.admin_api_key = None
        self._custom_headers = {}
        # Else every new client asks for it in a thread of its own.
        self._platform = "Unknown"


class OpenAISdkWire:
    """Carries requests by a fresh client for each."""

    def __init__(self, base_url: str, http_client: httpx2.AsyncClient) -> None:
        self._base_url = base_url
        self._http_client = http_client

    async def ask(self, credential: Credential, body: Mapping[str, Any]) -> Whole:
        """Send the body and wait for the whole answer, as `Wire.ask` says."""
        with _translated():
            answer = await self._client(credential).post(OPENAI.chat_path, body=dict(body), cast_to=httpx2.Response)
        return Whole(answer.headers, read_json(answer.content))

    @asynccontextmanager
    async def stream(self, credential: Credential, body: Mapping[str, Any]) -> AsyncIterator[Events]:
        """Send the body and read the answer as it comes, as `Wire.stream` says."""
        with _translated():
            stream = await self._client(credential).post(
                OPENAI.chat_path, body=dict(body), cast_to=object, stream=True, stream_cls=openai.AsyncStream[object]
            )
            async with stream:
                yield SdkEvents(stream.response.headers, stream)

    async def list_models(self, credential: Credential) -> bytes:
        """Ask for the models that the account may use, as `Wire.list_models` says."""
        with _translated():
            answer = await self._client(credential).get(OPENAI.models_path, cast_to=httpx2.Response)
        return answer.content

    def _client(self, credential: Credential) -> ExplicitClient:
        return ExplicitClient(credential, self._base_url, self._http_client)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except openai.APIConnectionError as error:
        is_late = isinstance(error, openai.APITimeoutError)
        raise UnreachedError(ErrorType.TIMEOUT if is_late else ErrorType.CONNECTION) from None
    except openai.APIStatusError as error:
        response = error.response
        raise ReportedError(OPENAI.read_error(error.body, response.status_code, response.headers)) from None
    except openai.APIError as error:
        raise ReportedError(OPENAI.read_error(error.body, None, NO_HEADERS)) from None
