"""How long nobody waits for a Redis that did not answer."""

from __future__ import annotations

from typing import Final

import structlog

from shared.clock import monotonic_seconds

REST_SECONDS: Final = 1.0
_log = structlog.get_logger()


class Rest:
    """Is on for a second after each error of Redis; of errors that follow each other the first is logged, as `event`."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """Tell whether to go on without Redis."""
        return monotonic_seconds() < self._until

    def begin(self, error: Exception) -> None:
        """Rest from now on: this came instead of an answer."""
        now = monotonic_seconds()
        if now >= self._until + REST_SECONDS:
            _log.warning(self._event, error=type(error).__name__)
        self._until = now + REST_SECONDS
