"""A connection that ends when its request comes too slowly, is no request, or its reply is not read.

uvicorn limits none of these. Requests that come in one piece, as nearly all do, start no timer here.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.series import counter
from shared.serving.limits import RequestLimits
from shared.serving.refusals import (
    CODES,
    LARGE_HEAD,
    NO_REQUEST,
    SLOW_BODY,
    SLOW_HEAD,
    TOO_MANY,
    TWO_MEANINGS,
    ConnectionRefusal,
)

NOT_READ = "reply_not_read"

refused = counter(
    "mevichat_connections_refused_total", "Connections that were ended before an answer", code={*CODES, NOT_READ}
)
LINGER_SECONDS = 2.0
LINE_BYTES = 4
"""A header's colon, space and line break."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection under `limits`."""

    limits: ClassVar[RequestLimits]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unused_bytes = 0  # of this request, that became neither its whole head nor a part of its body
        self._reads_body = False
        self._body_began_at = 0.0
        self._body_bytes = 0
        self._slow: asyncio.TimerHandle | None = None
        self._slow_is_body = False
        self._unread: asyncio.TimerHandle | None = None
        self._is_refused = False
        self._refusal = NO_REQUEST  # what the next error of the parser means

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection if there is room for it; it may be idle as long as between two requests."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(TOO_MANY)
        else:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_slow()
        self._stop_unread()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and watch the time if the request is not whole yet."""
        self._unset_keepalive_if_required()
        if self._is_refused:
            return
        self._unused_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:  # we speak nothing else; what was asked is answered in HTTP
            pass
        except httptools.HttpParserError:
            self._refuse(self._refusal)
            return
        self._watch()

    def on_headers_complete(self) -> None:
        """Hand the request to the application, unless its head is too large."""
        if self._unused_bytes > self.limits.head_bytes and self._head_bytes() > self.limits.head_bytes:
            self._refusal = LARGE_HEAD
            raise ValueError
        names = [name for name, _ in self.headers]
        if names.count(b"authorization") > 1 or names.count(b"host") > 1:
            self._refusal = TWO_MEANINGS
            raise ValueError
        super().on_headers_complete()
        self.headers = []  # trailers go here: they are no headers of the request that the application reads already
        self._reads_body, self._body_began_at, self._body_bytes = True, self.loop.time(), 0

    def on_body(self, body: bytes) -> None:
        """Pass a piece on."""
        self._unused_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._unused_bytes, self._reads_body = 0, False
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Wait for the reader of the reply, but not for ever."""
        super().pause_writing()
        self._stop_unread()
        self._unread = self.loop.call_later(self.limits.unread_seconds, self._give_up_reader)

    def resume_writing(self) -> None:
        """Write on."""
        self._stop_unread()
        super().resume_writing()

    def cut_off(self) -> None:
        """End a connection whose reply has begun and does not end; the application learns that its caller has left."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.close()

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + LINE_BYTES for name, value in self.headers)

    def _watch(self) -> None:
        if not self._reads_body and not self._unused_bytes:
            self._stop_slow()
        elif self._unused_bytes > self.limits.head_bytes and not self.flow.read_paused:
            self._refuse(LARGE_HEAD)  # a head, trailers or chunk extensions without end
        elif self._slow is None or self._slow_is_body is not self._reads_body:
            self._stop_slow()
            self._slow_is_body = self._reads_body
            seconds = self.limits.body_seconds if self._reads_body else self.limits.head_seconds
            self._slow = self.loop.call_later(seconds, self._judge_slow)

    def _judge_slow(self) -> None:
        """Refuse what is too slow; what we do not read ourselves yet, and a large body, get more time."""
        self._slow = None
        if not self._slow_is_body and not self.flow.read_paused:
            self._refuse(SLOW_HEAD)
            return
        left = self.limits.body_seconds_for(self._body_bytes) - (self.loop.time() - self._body_began_at)
        if self.flow.read_paused:
            left = self.limits.body_seconds
        if left > 0:
            self._slow = self.loop.call_later(left, self._judge_slow)
        else:
            self._refuse(SLOW_BODY)

    def _refuse(self, refusal: ConnectionRefusal) -> None:
        """Say why, if no other answer has begun, and close; the application learns that its caller has left."""
        refused.labels(refusal.code).inc()
        self._stop_slow()
        if self._may_answer():
            self.transport.write(refusal.answer())
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._close_after(refusal)

    def _close_after(self, refusal: ConnectionRefusal) -> None:
        """Close; one who may still be sending gets a moment, for a closed door resets the answer on its way too."""
        self._is_refused = True
        if refusal is TOO_MANY:
            self.transport.close()
        else:
            self.transport.write_eof()
            self._slow = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _may_answer(self) -> bool:
        if self.pipeline:  # the answer to an earlier request is on its way
            return False
        if self._reads_body:
            return not self.cycle.response_started
        return self.cycle is None or self.cycle.response_complete

    def _give_up_reader(self) -> None:
        refused.labels(NOT_READ).inc()
        self.transport.abort()

    def _stop_slow(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def guarded_by(limits: RequestLimits) -> type[GuardedProtocol]:
    """Return the protocol under these limits, for uvicorn."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})
