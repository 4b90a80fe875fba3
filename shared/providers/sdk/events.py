"""A stream as an SDK reads it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping


class SdkEvents:
    """The headers of an SDK's stream, and its events."""

    def __init__(self, headers: Mapping[str, str], stream: AsyncIterable[object]) -> None:
        self.headers = headers
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[object]:
        return aiter(self._stream)
