"""OpenAI's own client, bound to one credential, and its errors in the wire's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import httpx2
import openai

from shared.domain.error_types import ErrorType
from shared.providers.dialect import Dialect
from shared.providers.openai.address import address_of
from shared.providers.port import Credential
from shared.providers.sdk.wire import SdkWire
from shared.providers.wire import ReportedError, UnreachedError

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


def open_sdk_wire(dialect: Dialect, base_url: str, http_client: httpx2.AsyncClient) -> SdkWire:
    """Return the wire to `base_url`, where OpenAI's dialect or one like it is spoken; all calls share the HTTP client."""

    def open_client(credential: Credential) -> ExplicitClient:
        return ExplicitClient(credential, base_url, http_client)

    return SdkWire(dialect, open_client, openai.AsyncStream[object], partial(_translated, dialect))


@contextmanager
def _translated(dialect: Dialect) -> Iterator[None]:
    try:
        yield
    except openai.APIConnectionError as error:
        is_late = isinstance(error, openai.APITimeoutError)
        raise UnreachedError(ErrorType.TIMEOUT if is_late else ErrorType.CONNECTION) from None
    except openai.APIStatusError as error:
        response = error.response
        raise ReportedError(dialect.read_error(error.body, response.status_code, response.headers)) from None
    except openai.APIError as error:
        raise ReportedError(dialect.read_error(error.body, None, NO_HEADERS)) from None
