"""What must hold of a credential before it may go into a header."""

from __future__ import annotations

import re

from shared.domain.error_types import ErrorType
from shared.providers.port import CallFailure, Credential

SENDABLE = re.compile(r"[\x21-\x7e]{1,512}")
"""Printable ASCII. HTTP libraries quote a header that they refuse, key included, in their errors."""


def refuse_unsendable(credential: Credential | None) -> CallFailure | None:
    """Return why the call cannot go out with this credential, or None when it can."""
    if credential is None or not credential.key:
        return CallFailure(ErrorType.NO_KEY)
    values = (
        credential.key.open(),
        credential.organization,
        credential.project,
        credential.anthropic_workspace_id,
    )
    are_sendable = all(SENDABLE.fullmatch(value) for value in values if value)
    return None if are_sendable else CallFailure(ErrorType.KEY_REFUSED)
