"""Anthropic behind the provider port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import anthropic
import httpx2
import orjson

from shared.clock import utc_now
from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.providers.anthropic.client import ExplicitClient
from shared.providers.anthropic.errors import TABLE, read_error
from shared.providers.anthropic.request import build_request
from shared.providers.anthropic.stream import EventReader, read_whole
from shared.providers.attempt import attempt, unfinished
from shared.providers.credential_check import refuse_unsendable
from shared.providers.error_table import to_failure
from shared.providers.port import CallFailure, CallResult, ChatCall, Credential, OnText, ProbeResult
from shared.providers.probe import probe_key, read_model_ids
from shared.providers.rate_limits import read_anthropic_limits
from shared.providers.reading import Reading

PATH = "/v1/messages"
MODELS_PATH = "/v1/models?limit=1000"
PROBE_PARAMETERS = {"max_tokens": 1}


class AnthropicProvider:
    """Messages at `base_url` (without /v1), with a fresh client for every call."""

    def __init__(self, base_url: str, http_client: httpx2.AsyncClient) -> None:
        self._base_url = httpx2.URL(base_url + "/")
        self._http_client = http_client

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call, as `Provider.call` says."""
        refusal = refuse_unsendable(call.credential)
        if refusal is not None or call.credential is None:
            return refusal or CallFailure(ErrorType.NO_KEY)
        body, parameters = build_request(call)
        reading = Reading(on_text if call.stream else None, parameters.ignored)
        client = ExplicitClient(call.credential, self._base_url, self._http_client)
        exchange = _stream(client, body, reading) if call.stream else _ask(client, body, reading)
        return await attempt(
            call,
            reading,
            exchange,
            expected=(anthropic.APIError, httpx2.HTTPError),
            failure_of=lambda error: _failure_of(error, call),
        )

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:
        """Ask whether the key works, as `Provider.probe` says."""
        return await probe_key(
            credential,
            models,
            timeout_seconds,
            call=self.call,
            list_models=self._list_models,
            parameters=PROBE_PARAMETERS,
        )

    async def _list_models(self, credential: Credential, timeout_seconds: float) -> tuple[str, ...] | None:
        client = ExplicitClient(credential, self._base_url, self._http_client)
        try:
            async with asyncio.timeout(timeout_seconds):
                answer = await client.get(MODELS_PATH, cast_to=httpx2.Response)
        except (anthropic.APIError, TimeoutError):
            return None
        return read_model_ids(answer.content)


async def _ask(client: ExplicitClient, body: dict[str, Any], reading: Reading) -> None:
    answer = await client.post(PATH, body=body, cast_to=httpx2.Response)
    _read_headers(answer.headers, reading)
    read_whole(orjson.loads(answer.content), reading)


async def _stream(client: ExplicitClient, body: dict[str, Any], reading: Reading) -> None:
    stream = await client.post(PATH, body=body, cast_to=object, stream=True, stream_cls=anthropic.AsyncStream[object])
    reader = EventReader(reading)
    async with stream:
        _read_headers(stream.response.headers, reading)
        async for event in stream:
            reader.read(event)


def _read_headers(headers: httpx2.Headers, reading: Reading) -> None:
    reading.request_id = headers.get("request-id")
    reading.limits = read_anthropic_limits(headers, utc_now())


def _failure_of(error: Exception, call: ChatCall) -> CallFailure:
    # Before an answer the SDK wraps what the network does; inside a stream it comes as httpx2's own.
    if isinstance(error, anthropic.APITimeoutError):
        return CallFailure(ErrorType.TIMEOUT)
    if isinstance(error, anthropic.APIConnectionError):
        return CallFailure(ErrorType.CONNECTION)
    if isinstance(error, anthropic.APIError):
        return to_failure(TABLE, read_error(error))
    return unfinished(call)
