"""Reads Anthropic's answers, whole or in events, into a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.providers.anthropic.usage import merge_figures, read_usage
from shared.providers.reading import REFUSED, Reading
from shared.providers.wire_values import mapping

FINISH_REASONS = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": REFUSED}
"""All other stop reasons are an ordinary stop."""


def read_whole(message: object, reading: Reading) -> None:
    """Read a `message`; of its blocks only text concerns us."""
    fields = mapping(message)
    reading.usage = read_usage(mapping(fields.get("usage")))
    blocks = fields.get("content")
    for block in blocks if isinstance(blocks, list) else []:
        reading.add(mapping(block).get("text"))
    reading.finish_reason = _finish_reason(fields)


@dataclass(slots=True)
class EventReader:
    """Reads a stream's events one by one; the finish counts only once the stream says that it ended."""

    reading: Reading
    _figures: Mapping[str, Any] = field(default_factory=dict)
    _finish_reason: str | None = None

    def read(self, event: object) -> None:
        """Read one event."""
        fields = mapping(event)
        match fields.get("type"):
            case "message_start":
                self._count(mapping(fields.get("message")).get("usage"))
                self.reading.usage_is_final = False  # the output's figure is a placeholder until its end
            case "content_block_start":
                self.reading.add(mapping(fields.get("content_block")).get("text"))
            case "content_block_delta":
                self.reading.add(mapping(fields.get("delta")).get("text"))
            case "message_delta":
                self._count(fields.get("usage"))
                self.reading.usage_is_final = True
                self._finish_reason = _finish_reason(mapping(fields.get("delta"))) or self._finish_reason
            case "message_stop":
                self.reading.finish_reason = self._finish_reason or "stop"

    def _count(self, figures: object) -> None:
        self._figures = merge_figures(self._figures, figures)
        self.reading.usage = read_usage(self._figures)


def _finish_reason(fields: Mapping[str, Any]) -> str | None:
    reason = fields.get("stop_reason")
    return FINISH_REASONS.get(reason, "stop") if isinstance(reason, str) else None
