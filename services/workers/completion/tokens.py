"""How many tokens a text takes, without a tokenizer: an estimate, and a bound that no text passes. Pure.

The estimate adds a weight for each byte of the text's UTF-8 form. The weights were fitted to OpenAI's `o200k_base`
over 44 languages, prose, code and data; `python -m tests.tokens` measures what they are worth today.
"""

from __future__ import annotations

import zlib
from typing import Final

UNIT: Final = 64
"""Weights are in 64ths of a token, so that four tokens are the most that one byte can weigh."""
WEIGHTS_BY_RANGE: Final = (
    (0x00, 0x1F, 64),  # control characters
    (0x09, 0x0D, 60),  # line breaks and tabs
    (0x20, 0x20, 0),  # a space is part of the word behind it
    (0x21, 0x7F, 37),  # punctuation
    (0x30, 0x39, 42),  # digits
    (0x41, 0x5A, 22),  # capitals
    (0x61, 0x7A, 15),  # small letters
    (0x80, 0xBF, 0),  # the rest of a character: its first byte weighs for all of it
    (0xC0, 0xC5, 81),  # Latin letters with marks
    (0xC6, 0xCD, 95),  # rarer Latin letters, marks alone
    (0xCE, 0xCF, 26),  # Greek
    (0xD0, 0xD3, 19),  # Cyrillic
    (0xD4, 0xD6, 19),  # Armenian
    (0xD7, 0xD7, 29),  # Hebrew
    (0xD8, 0xDB, 24),  # Arabic
    (0xDC, 0xDF, 64),  # Syriac, Thaana, N'Ko
    (0xE0, 0xE0, 24),  # scripts of South Asia, Thai, Lao
    (0xE1, 0xE1, 32),  # Georgian, Vietnamese, and the scripts that cost most: Amharic, Khmer
    (0xE2, 0xE2, 64),  # signs
    (0xE3, 0xE3, 56),  # kana
    (0xE4, 0xE9, 51),  # Chinese characters
    (0xEA, 0xED, 49),  # Hangul
    (0xEE, 0xEF, 184),  # private use, wide forms
    (0xF0, 0xFF, 121),  # emoji, rare characters
)
PIECE: Final = 256
"""So many weights of one byte each add up to less than 65,521, below which a checksum's low half is a plain sum."""


def _table() -> bytes:
    weights = bytearray(256)
    for first, last, weight in WEIGHTS_BY_RANGE:  # a later, narrower range lies on an earlier one
        weights[first : last + 1] = bytes([weight]) * (last - first + 1)
    return bytes(weights)


_WEIGHTS: Final = _table()


def estimate_tokens(text: str) -> int:
    """Return about how many tokens the text takes, never 0 for a text that is not empty."""
    if not text:
        return 0
    weights = text.encode(errors="replace").translate(_WEIGHTS)
    # Adler-32 sums bytes in C: a third of the time that sum() takes
    total = sum(zlib.adler32(weights[start : start + PIECE], 0) & 0xFFFF for start in range(0, len(weights), PIECE))
    return max(1, round(total / UNIT))


def count_bytes(text: str) -> int:
    """Return the length of the text in UTF-8: no tokenizer of bytes makes more tokens of it."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
