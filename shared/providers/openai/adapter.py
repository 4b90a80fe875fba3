"""OpenAI behind the provider port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
import orjson

from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.providers.attempt import attempt, unfinished
from shared.providers.credential_check import refuse_unsendable
from shared.providers.error_table import to_failure
from shared.providers.openai.client import ExplicitClient
from shared.providers.openai.errors import TABLE, is_ban_on_streaming, read_error
from shared.providers.openai.request import build_request, without_streaming
from shared.providers.openai.stream import read_chunk, read_whole
from shared.providers.port import CallFailure, CallResult, ChatCall, Credential, OnText, ProbeResult
from shared.providers.probe import probe_key, read_model_ids
from shared.providers.rate_limits import read_openai_limits
from shared.providers.reading import Reading

PATH = "/chat/completions"
PROBE_PARAMETERS = {"max_completion_tokens": 256, "reasoning_effort": "minimal"}
"""A smaller budget may be eaten by hidden reasoning, which then counts as an error."""


class OpenAIProvider:
    """Chat Completions at `base_url`, with a fresh client for every call."""

    def __init__(self, base_url: str, http_client: httpx2.AsyncClient) -> None:
        self._base_url = base_url
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
            expected=(openai.APIError,),
            failure_of=lambda error: _failure_of(error, call, reading),
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
                answer = await client.get("/models", cast_to=httpx2.Response)
        except (openai.APIError, TimeoutError):
            return None
        return read_model_ids(answer.content)


async def _ask(client: ExplicitClient, body: dict[str, Any], reading: Reading) -> None:
    answer = await client.post(PATH, body=body, cast_to=httpx2.Response)
    _read_headers(answer.headers, reading)
    read_whole(orjson.loads(answer.content), reading)


async def _stream(client: ExplicitClient, body: dict[str, Any], reading: Reading) -> None:
    try:
        stream = await client.post(PATH, body=body, cast_to=object, stream=True, stream_cls=openai.AsyncStream[object])
    except openai.BadRequestError as error:
        if not is_ban_on_streaming(error):
            raise
        await _ask(client, without_streaming(body), reading)
        return
    async with stream:
        _read_headers(stream.response.headers, reading)
        async for chunk in stream:
            read_chunk(chunk, reading)


def _read_headers(headers: httpx2.Headers, reading: Reading) -> None:
    reading.request_id = headers.get("x-request-id")
    reading.limits = read_openai_limits(headers)


def _failure_of(error: Exception, call: ChatCall, reading: Reading) -> CallFailure:
    if isinstance(error, openai.APIConnectionError):
        has_begun = reading.request_id is not None or bool(reading.pieces)
        return unfinished(call) if has_begun else CallFailure(_unreached(error))
    if isinstance(error, openai.APIError):
        return to_failure(TABLE, read_error(error))
    return CallFailure(ErrorType.UNKNOWN)


def _unreached(error: openai.APIConnectionError) -> ErrorType:
    return ErrorType.TIMEOUT if isinstance(error, openai.APITimeoutError) else ErrorType.CONNECTION
