"""A text that must never be seen: its repr is blank and it refuses to travel."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a secret text; only `open` shows it, for the one call that needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def open(self) -> str:
        """Return the text. Keep it in no variable that outlives the call."""
        return self._text

    def __repr__(self) -> str:
        return "Secret()"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        """Refuse pickling, copying included: a secret stays in its process."""
        message = "a Secret does not travel"
        raise TypeError(message)
