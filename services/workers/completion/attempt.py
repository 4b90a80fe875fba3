"""One attempt while it runs: what is known so far, so that breaking off loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.workers.completion.leases import HeldTurn
from services.workers.completion.prepare import Prompt
from services.workers.completion.resolve import Resolved
from shared.providers.port import CallResult
from shared.store.turns.rows import ClaimedTurn


@dataclass(slots=True, eq=False)
class Attempt:
    """Fills up step by step. `text` holds the pieces that have left for the user.

    `retries` counts the turn's, this attempt's included. `earlier_request_ids`: of calls that were made again. `is_probe`: the answer is also the
    verdict on a suspect key. `documents` names the set of the documents of a bot that keeps its answers.
    """

    held: HeldTurn
    retries: int
    resolved: Resolved | None = None
    prompt: Prompt | None = None
    has_documents: bool = False
    documents: str = ""
    is_probe: bool = False
    text: list[str] = field(default_factory=list)
    earlier_request_ids: list[str] = field(default_factory=list)

    @property
    def turn(self) -> ClaimedTurn:
        """Return the turn that is attempted."""
        return self.held.turn


@dataclass(frozen=True, slots=True)
class Called:
    """A provider call that came to its end; `first_text_ms` is None where text came in one piece."""

    result: CallResult
    call_ms: int
    first_text_ms: int | None = None
