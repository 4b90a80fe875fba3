"""The text of a streamed reply as its reader has it; pure."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.error_types import APOLOGY
from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import TurnStatus
from shared.queue.reply_entries import Delta


class ReplyText:
    """Text leaves in order and once; after a gap the rest comes at the end."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._next = (0, 0)
        self._has_gap = False

    @property
    def has_left(self) -> bool:
        """Tell whether the reader has read anything yet."""
        return bool(self._sent)

    def take(self, delta: Delta) -> str | None:
        """Return the text that leaves now, or None when a piece before it is missing."""
        attempt, sequence = self._next
        if delta.attempt != attempt:
            attempt, sequence = delta.attempt, 0
        if self._has_gap or delta.sequence != sequence:
            self._has_gap = True
            return None
        self._next = (attempt, sequence + 1)
        self._sent.append(delta.text)
        return delta.text

    def end(self, result: TurnResult) -> Iterator[str]:
        """Return what is still to leave: the rest of the answer, and the apology if the turn failed."""
        answer, sent = result.answer or "", "".join(self._sent)
        if answer.startswith(sent) and answer != sent:
            self._sent.append(answer.removeprefix(sent))
            yield self._sent[-1]
        if result.status in (TurnStatus.FAILED, TurnStatus.EXPIRED):
            yield f"\n{APOLOGY}" if self._sent else APOLOGY


def visible_text(result: TurnResult) -> str:
    """Return what the end user reads: the answer; the apology; or, broken off, both."""
    answer = result.answer or ""
    if result.status in (TurnStatus.COMPLETED, TurnStatus.CANCELLED):
        return answer
    return f"{answer}\n{APOLOGY}" if answer else APOLOGY
