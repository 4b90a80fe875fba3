"""Sends streams, and breaks them and whole answers in every way that a network can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from aiohttp import web

from infra.simulator.behaviour import Behaviour

HANG_SECONDS = 3600
CUTS_MIDWAY = ("truncated", "broken", "hang_midway")


async def stream_out(
    request: web.BaseRequest,
    events: Sequence[bytes],
    headers: Mapping[str, str],
    behaviour: Behaviour,
    fault: str | None,
) -> web.StreamResponse:
    """Send the events in pieces, with the behaviour's pauses, and break off where the fault says."""
    response = web.StreamResponse(headers={**headers, "Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    kept = events[: len(events) // 2] if fault in CUTS_MIDWAY else events
    for piece in _pieces(kept, behaviour):
        await response.write(piece)
        if behaviour.chunk_delay_ms or behaviour.split_bytes:
            await asyncio.sleep(behaviour.chunk_delay_ms / 1000)
    if fault == "hang_midway":
        await asyncio.sleep(HANG_SECONDS)
    if fault == "broken":
        _abort(request)
    return response


def _pieces(events: Sequence[bytes], behaviour: Behaviour) -> Iterator[bytes]:
    if behaviour.split_bytes:
        whole = b"".join(events)
        return (whole[at : at + behaviour.split_bytes] for at in range(0, len(whole), behaviour.split_bytes))
    return iter(events) if behaviour.chunk_delay_ms else iter([b"".join(events)])


async def disconnect(request: web.BaseRequest, headers: Mapping[str, str], start: bytes) -> web.StreamResponse:
    """Send the start of a body whose length promised more, then close the connection."""
    promised = {**headers, "Content-Type": "application/json", "Content-Length": str(2 * len(start) + 1)}
    response = web.StreamResponse(headers=promised)
    await response.prepare(request)
    await response.write(start)
    _abort(request)
    return response


async def _hang(request: web.BaseRequest) -> web.StreamResponse:  # noqa: ARG001 - one shape for all faults
    await asyncio.sleep(HANG_SECONDS)
    return web.Response(status=504)


async def _close_at_once(request: web.BaseRequest) -> web.StreamResponse:
    _abort(request)
    return web.Response()


async def _garbage(request: web.BaseRequest) -> web.StreamResponse:  # noqa: ARG001 - one shape for all faults
    return web.Response(body=b"data: {]]\xff\xfe not json\n\n", headers={"Content-Type": "application/json"})


async def _wrong_shape(request: web.BaseRequest) -> web.StreamResponse:  # noqa: ARG001 - one shape for all faults
    body = b'{"choices": [7], "content": 7, "type": 7, "usage": "x"}'
    return web.Response(body=body, headers={"Content-Type": "application/json"})


def _abort(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()


WHOLE_FAULTS: Mapping[str | None, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
    "hang": _hang,
    "disconnect": _close_at_once,
    "garbage": _garbage,
    "wrong_shape": _wrong_shape,
}
