"""Turns a turn's entries into OpenAI's chunks: what was sent, what is missing, how it ends; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from services.gateway.chat_body import finish_reason, mevichat_body, usage_body
from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.reply_entries import Delta
from shared.replies.reply_text import ReplyText

KEEP_ALIVE = b": waiting\n\n"
DONE = b"data: [DONE]\n\n"
TEXT_TAIL = b'},"finish_reason":null}]}\n\n'


class ChatStream:
    """One streamed reply."""

    def __init__(self, turn_id: str, model: str, created: int, *, includes_usage: bool) -> None:
        self._head = {
            "id": f"chatcmpl-{turn_id}",
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._text_head = _event_head(self._head) + b',"choices":[{"index":0,"delta":{"content":'
        self._includes_usage = includes_usage
        self._reply = ReplyText()

    @property
    def has_sent_text(self) -> bool:
        """Tell whether the user has read anything yet."""
        return self._reply.has_left

    def begin(self) -> bytes:
        """Return the first chunk: who speaks."""
        return self._chunk({"role": "assistant", "content": ""})

    def delta(self, delta: Delta) -> bytes | None:
        """Return the chunk for a piece of text, or None when a piece before it is missing."""
        text = self._reply.take(delta)
        return None if text is None else self._text(text)

    def end(self, result: TurnResult) -> Iterator[bytes]:
        """Return the last chunks: the rest of the text, the apology if it failed, how it ended, usage."""
        for text in self._reply.end(result):
            yield self._text(text)
        yield from self.close(finish_reason(result), mevichat_body(result), result)

    def begin_again(self, turn_id: str) -> Iterator[bytes]:
        """Return the last chunks when another worker begins the answer anew after text has left."""
        body: dict[str, Any] = {
            "turn_id": turn_id,
            "status": TurnStatus.READY,
            "error": None,
            "ignored_parameters": {},
            "cached": False,
        }
        yield from self.close("stop", body, None)

    def close(self, reason: str, mevichat: dict[str, Any], result: TurnResult | None) -> Iterator[bytes]:
        """Return finish reason, usage if it was asked for, and the end mark."""
        yield self._chunk({}, reason, mevichat)
        if self._includes_usage and result is not None:
            yield _event({**self._head, "choices": [], "usage": usage_body(result.usage)})
        yield DONE

    def _text(self, text: str) -> bytes:
        """Return what `_chunk({"content": text})` would, without writing its unchanging parts anew."""
        return b"%b%b%b" % (self._text_head, orjson.dumps(text), TEXT_TAIL)

    def _chunk(self, delta: dict[str, Any], reason: str | None = None, mevichat: dict[str, Any] | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        own = {} if mevichat is None else {"mevichat": mevichat}
        return _event({**self._head, "choices": [choice], **own})


def _event_head(head: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(head).removesuffix(b"}")


def _event(value: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % orjson.dumps(value)
