"""Anthropic's own client, bound to one credential, and its errors in the wire's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2

from shared.domain.error_types import ErrorType
from shared.providers.anthropic.address import WORKSPACE_HEADER
from shared.providers.anthropic.dialect import ANTHROPIC
from shared.providers.port import Credential
from shared.providers.sdk.wire import SdkWire
from shared.providers.wire import ReportedError, UnreachedError


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


def open_sdk_wire(base_url: str, http_client: httpx2.AsyncClient) -> SdkWire:
    """Return the wire to `base_url`; the HTTP client is shared by all calls."""
    url = httpx2.URL(base_url + "/")

    def open_client(credential: Credential) -> ExplicitClient:
        return ExplicitClient(credential, url, http_client)

    return SdkWire(ANTHROPIC, open_client, anthropic.AsyncStream[object], _translated)


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
