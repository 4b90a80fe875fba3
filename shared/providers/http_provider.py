"""A provider that is asked over HTTP: its dialect says what is sent, its wire carries it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from shared.domain.catalogue import Model
from shared.domain.error_types import ErrorType
from shared.providers.attempt import attempt, unfinished
from shared.providers.credential_check import refuse_unsendable
from shared.providers.dialect import Dialect
from shared.providers.error_table import to_failure
from shared.providers.port import CallFailure, CallResult, ChatCall, Credential, OnText, ProbeResult
from shared.providers.probe import probe_key, read_model_ids
from shared.providers.reading import Reading
from shared.providers.wire import ReportedError, UnreachedError, Wire


@dataclass(frozen=True, slots=True)
class HttpProvider:
    """One provider behind the port, in its own dialect."""

    dialect: Dialect
    wire: Wire

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Run one call, as `Provider.call` says."""
        refusal = refuse_unsendable(call.credential)
        if refusal is not None or call.credential is None:
            return refusal or CallFailure(ErrorType.NO_KEY)
        await _load(self.dialect.needs(call))
        body, parameters = self.dialect.build_request(call)
        reading = Reading(on_text if call.stream else None, parameters.ignored)
        exchange = self._stream if call.stream else self._ask
        return await attempt(
            call,
            reading,
            exchange(call.credential, body, reading),
            expected=(ReportedError, UnreachedError),
            failure_of=lambda error: self._failure_of(error, call, reading),
        )

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:
        """Ask whether the key works, as `Provider.probe` says."""
        return await probe_key(
            credential,
            models,
            timeout_seconds,
            call=self.call,
            list_models=self._list_models,
            parameters=self.dialect.probe_parameters,
        )

    async def _ask(self, credential: Credential, body: Mapping[str, Any], reading: Reading) -> None:
        answer = await self.wire.ask(credential, body)
        self.dialect.read_headers(answer.headers, reading)
        self.dialect.read_whole(answer.body, reading)

    async def _stream(self, credential: Credential, body: Mapping[str, Any], reading: Reading) -> None:
        read = self.dialect.open_reader(reading)
        try:
            async with self.wire.stream(credential, body) as events:
                reading.has_begun = True
                self.dialect.read_headers(events.headers, reading)
                async for event in events:
                    read(event)
        except ReportedError as error:
            whole = None if reading.has_begun else self.dialect.whole_instead(error.reported, body)
            if whole is None:
                raise
            await self._ask(credential, whole, reading)

    async def _list_models(self, credential: Credential, timeout_seconds: float) -> tuple[str, ...] | None:
        try:
            async with asyncio.timeout(timeout_seconds):
                return read_model_ids(await self.wire.list_models(credential))
        except (ReportedError, UnreachedError, TimeoutError):
            return None

    def _failure_of(self, error: Exception, call: ChatCall, reading: Reading) -> CallFailure:
        if isinstance(error, ReportedError):
            return to_failure(self.dialect.errors, error.reported)
        if isinstance(error, UnreachedError) and not reading.has_begun:
            return CallFailure(error.error)
        return unfinished(call)


async def _load(module: str | None) -> None:
    """Import beside the event loop what would stop it for a second."""
    if module is not None and module not in sys.modules:
        await asyncio.to_thread(import_module, module)
