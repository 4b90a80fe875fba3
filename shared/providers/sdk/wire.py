"""A provider's own client as a wire: the reference that the direct one is held against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from shared.providers.dialect import Dialect
from shared.providers.port import Credential
from shared.providers.sdk.events import SdkEvents
from shared.providers.wire import Events, Whole
from shared.providers.wire_values import read_json


@dataclass(frozen=True, slots=True)
class SdkWire:
    """Carries requests by a fresh client for each.

    `open_client` binds one to a credential; `stream_class` is the SDK's own for streams; inside of `translated` the
    SDK's errors become the wire's.
    """

    dialect: Dialect
    open_client: Callable[[Credential], Any]
    stream_class: type[Any]
    translated: Callable[[], AbstractContextManager[None]]

    async def ask(self, credential: Credential, body: Mapping[str, Any]) -> Whole:
        """Send the body and wait for the whole answer, as `Wire.ask` says."""
        client = self.open_client(credential)
        with self.translated():
            answer = await client.post(self.dialect.chat_path, body=dict(body), cast_to=httpx2.Response)
        return Whole(answer.headers, read_json(answer.content))

    @asynccontextmanager
    async def stream(self, credential: Credential, body: Mapping[str, Any]) -> AsyncIterator[Events]:
        """Send the body and read the answer as it comes, as `Wire.stream` says."""
        client = self.open_client(credential)
        with self.translated():
            stream = await client.post(
                self.dialect.chat_path, body=dict(body), cast_to=object, stream=True, stream_cls=self.stream_class
            )
            async with stream:
                yield SdkEvents(stream.response.headers, stream)

    async def list_models(self, credential: Credential) -> bytes:
        """Ask for the models that the account may use, as `Wire.list_models` says."""
        client = self.open_client(credential)
        with self.translated():
            answer = await client.get(self.dialect.models_path, cast_to=httpx2.Response)
        content: bytes = answer.content
        return content
