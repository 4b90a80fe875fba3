"""Whole numbers that people type into forms, read and judged; pure."""

from __future__ import annotations

from services.dashboard.errors import invalid


def read_number(param: str, text: str, words: str, *, least: int, most: int) -> int | None:
    """Return the number, None for an empty field; raises AdminError that names the field and what fits."""
    digits = text.strip().replace(",", "")
    if not digits:
        return None
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))
    if not is_number or not least <= int(digits) <= most:
        raise invalid(param, f"{words} must be a whole number from {least:,} to {most:,}, or empty.")
    return int(digits)
