"""What text may enter PostgreSQL: no NUL, no lone surrogate (DESIGN 5); and how long a name may be."""

from __future__ import annotations

import re

LONGEST_NAME = 200
"""Of a workspace, a bot, a token, a key's label, in characters; by every door."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable_text_problem(text: str) -> str | None:
    """Return what makes the text unstorable, or None when it is fine."""
    if "\x00" in text:
        return "contains a NUL character"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "contains a lone surrogate"
    return None


def storable_text(text: str) -> str:
    """Return the text with U+FFFD in place of what may not enter PostgreSQL."""
    return text if storable_text_problem(text) is None else UNSTORABLE.sub("\ufffd", text)
