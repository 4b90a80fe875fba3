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


def storable_text(text: str) -> str:
    """Return the text with U+FFFD in place of what may not enter PostgreSQL."""
    if storable_text_problem(text) is None:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
