"""Answers one call: the key's scenario, the request's own mistakes, else a reply."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import orjson
from aiohttp import web

from infra.simulator.behaviour import Behaviour
from infra.simulator.calls import Call, CallLog
from infra.simulator.faults import WHOLE_FAULTS, disconnect, stream_out
from infra.simulator.scenario import Scenario
from infra.simulator.throttle import Throttle
from infra.simulator.vectors import embeddings_body, refused_text
from infra.simulator.wire import Wire

NO_HEADERS: Mapping[str, str] = {}
TEXT_REFUSED = b'{"error": {"message": "The input is too long.", "type": "invalid_request_error", "code": null}}'
COOKIE = "__cf_bm={key}; path=/; HttpOnly"


class Answering:
    """Decides what each call meets and sends it."""

    def __init__(self, log: CallLog, throttle: Throttle, behaviour_of: Callable[[str], Behaviour | None]) -> None:
        self._log = log
        self._throttle = throttle
        self._behaviour_of = behaviour_of
        self._failures: Counter[str] = Counter()
        self._number = 0

    def forget(self, key: str) -> None:
        """Start counting `fail_first` of this key anew."""
        del self._failures[key]

    async def answer(self, request: web.BaseRequest, wire: Wire, call: Call) -> web.StreamResponse:
        """Answer as the provider would."""
        self._log.note(call)
        self._number += 1
        request_id = call.request_id = f"req_sim{self._number:08}"
        behaviour = self._behaviour_of(call.key) or (Behaviour() if wire.knows_every_key else None)
        if behaviour is None:
            return _error(wire, call, wire.table["invalid_api_key"], request_id)
        allowance = self._throttle.enter(call.key, behaviour) if call.kind != "models" else None
        headers = wire.limit_headers(allowance) if allowance else {}
        if allowance is not None and allowance.refused:
            return _error(wire, call, wire.table["rate_limit_requests"], request_id, headers)
        meeting = _Meeting(behaviour, self._scenario(wire, call, behaviour), request_id, headers)
        try:
            return await self._meet(request, wire, call, meeting)
        finally:
            if call.kind != "models":
                self._throttle.leave(call.key)

    async def _meet(self, request: web.BaseRequest, wire: Wire, call: Call, meeting: _Meeting) -> web.StreamResponse:
        scenario = meeting.scenario
        if meeting.behaviour.delay_ms:
            await asyncio.sleep(meeting.behaviour.delay_ms / 1000)
        if scenario.fault in WHOLE_FAULTS:
            return await WHOLE_FAULTS[scenario.fault](request)
        if scenario.body is not None:
            met = _echoing(scenario, call.key) if meeting.behaviour.echoes_key else scenario
            return _error(wire, call, met, meeting.request_id, meeting.limit_headers)
        return await self._succeed(request, wire, call, meeting)

    def _scenario(self, wire: Wire, call: Call, behaviour: Behaviour) -> Scenario:
        ok, scenario = wire.table["ok"], wire.table.get(behaviour.scenario, wire.table["invalid_api_key"])
        if scenario.meets(call.kind) and scenario is not ok and behaviour.fail_first:
            self._failures[call.key] += 1
            scenario = scenario if self._failures[call.key] <= behaviour.fail_first else ok
        if not scenario.meets(call.kind) or (behaviour.only_models and call.model not in behaviour.only_models):
            scenario = ok
        if scenario.name == "identity_linked" and "anthropic-workspace-id" in call.headers:
            scenario = ok
        is_chat = call.kind in ("whole", "stream")
        refusal = wire.refusal_of(call, behaviour.missing_models) if is_chat and scenario.body is None else None
        return refusal or scenario

    async def _succeed(
        self,
        request: web.BaseRequest,
        wire: Wire,
        call: Call,
        meeting: _Meeting,
    ) -> web.StreamResponse:
        headers = {
            **wire.headers(meeting.request_id),
            **meeting.limit_headers,
            "Set-Cookie": COOKIE.format(key=call.key[-8:]),
        }
        if call.kind == "models":
            return _json(orjson.dumps(_models(wire, call, meeting.behaviour)), headers)
        if call.kind == "embeddings" and refused_text(call.body):
            return _json(TEXT_REFUSED, headers, status=400)
        if call.kind == "embeddings":
            return _json(orjson.dumps(embeddings_body(call.body)), headers)
        reply = wire.reply(call, meeting.scenario, meeting.behaviour)
        self._log.note_usage(call, input_tokens=reply.input_tokens, output_tokens=reply.output_tokens)
        if call.kind == "stream":
            events = wire.events(call, reply, meeting.request_id)
            if meeting.scenario.event is not None:
                events = [*events[: len(events) // 2], wire.error_event(meeting.scenario.event)]
            return await stream_out(request, events, headers, meeting.behaviour, meeting.scenario.fault)
        body = wire.whole(call, reply, meeting.request_id)
        if meeting.scenario.fault in ("truncated", "broken", "hang_midway"):
            return await disconnect(request, headers, body[: len(body) // 2])
        return _json(body, headers)


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What this call meets."""

    behaviour: Behaviour
    scenario: Scenario
    request_id: str
    limit_headers: Mapping[str, str]


def _models(wire: Wire, call: Call, behaviour: Behaviour) -> object:
    models = wire.model_list(behaviour.missing_models)
    wanted = call.path.removeprefix("/models").strip("/")
    return next((model for model in models["data"] if model["id"] == wanted), models)


def _json(body: bytes, headers: dict[str, str], status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, headers={**headers, "Content-Type": "application/json"})


def _echoing(scenario: Scenario, key: str) -> Scenario:
    assert scenario.body is not None
    return replace(scenario, body=scenario.body.replace('"message":"', f'"message":"{key} ', 1))


def _error(
    wire: Wire, call: Call, scenario: Scenario, request_id: str, limit_headers: Mapping[str, str] = NO_HEADERS
) -> web.Response:
    own = {} if scenario.bare else {**wire.headers(request_id), "Set-Cookie": COOKIE.format(key=call.key[-8:])}
    headers = {**own, **scenario.headers, **limit_headers, "Content-Type": scenario.content_type}
    return web.Response(status=scenario.status, body=wire.error_body(scenario, call, request_id), headers=headers)
