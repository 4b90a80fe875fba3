"""What text may enter PostgreSQL: no NUL, no lone surrogate (DESIGN 5)."""

from __future__ import annotations


def storable_text_problem(text: str) -> str | None:
    """Return what makes the text unstorable, or None when it is fine."""
    if "\x00" in text:
        return "contains a NUL character"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "contains a lone surrogate"
    return None
