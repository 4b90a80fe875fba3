"""What has been read of an answer so far: the part that survives when the call breaks off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.domain.error_types import ErrorType
from shared.domain.usage import Usage
from shared.providers.port import Answer, CallFailure, CallResult, OnText
from shared.providers.rate_limits import RateLimits

REFUSED = "content_filter"


@dataclass(slots=True)
class Reading:
    """Gathers text, finish and usage of one call, handing text on as it comes.

    `has_begun`: a stream has answered, so what breaks now breaks in the middle. `usage_is_final`: no figures are
    to come that replace `usage`.
    """

    on_text: OnText | None = None
    ignored_parameters: Mapping[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage | None = None
    usage_is_final: bool = True
    request_id: str | None = None
    limits: RateLimits | None = None
    has_begun: bool = False

    def add(self, piece: object) -> None:
        """Take a piece of text; anything but text, and empty text, is nothing."""
        if not isinstance(piece, str) or not piece:
            return
        self.pieces.append(piece)
        if self.on_text is not None:
            self.on_text(piece)

    def end(self, failure: CallFailure) -> CallResult:
        """Return the answer when it was finished, whatever came after it; else the failure with what had come.

        A refusal without words is a failure: there is nothing to show.
        """
        text = "".join(self.pieces)
        if self.finish_reason == REFUSED and not text:
            failure = CallFailure(ErrorType.CONTENT_REFUSED)
        elif self.finish_reason is not None:
            return Answer(text, self.finish_reason, self.usage, self.request_id, self.ignored_parameters, self.limits)
        return replace(
            failure,
            text=text,
            usage=self.usage,
            usage_is_final=self.usage_is_final,
            request_id=failure.request_id or self.request_id,
            ignored_parameters=self.ignored_parameters,
            limits=failure.limits or self.limits,
        )
