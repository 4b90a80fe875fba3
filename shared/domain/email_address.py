"""Which e-mail addresses a workspace may set."""

from __future__ import annotations

import re

MAX_LENGTH = 254
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
"""One address and nothing around it: no list, no display name, nothing that begins a new header."""
ENCODED_WORD = "=?"
"""Begins a word that mail software decodes (RFC 2047): it could become another address, or a line break."""


def problem_with_email(text: str) -> str | None:
    """Return why this is no e-mail address and how to mend it; None when it can be one."""
    if len(text) > MAX_LENGTH or not ADDRESS.fullmatch(text) or ENCODED_WORD in text:
        return "email must be one address, as in alerts@example.com."
    return None
