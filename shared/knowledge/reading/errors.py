"""The one exception of this room."""

from __future__ import annotations

from shared.domain.documents import ReadingFault
from shared.errors import MevichatError


class CannotReadError(MevichatError):
    """Raised when a file gives no text; `fault` says why."""

    def __init__(self, fault: ReadingFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
