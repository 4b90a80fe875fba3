"""Why an embedding server gave no vectors."""

from __future__ import annotations

from enum import StrEnum


class EmbeddingFailure(StrEnum):
    """Why no vectors came.

    `quiet`: it was not asked, because it failed a moment ago. `refused`: it answered with an HTTP error; `text_refused`:
    with one that is about the text (too long for it, say). `unreadable`: its answer holds not one vector of finite
    numbers for each text.
    """

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    REFUSED = "refused"
    TEXT_REFUSED = "text_refused"
    UNREADABLE = "unreadable"
    QUIET = "quiet"

    @property
    def is_of_the_server(self) -> bool:
        """Tell whether any other text would have failed, too: only then nobody else should ask for a while."""
        return self not in (EmbeddingFailure.TEXT_REFUSED, EmbeddingFailure.UNREADABLE)
