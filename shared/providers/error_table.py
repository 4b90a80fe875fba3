"""Turns what a provider said into one of our reasons, by a table that each adapter brings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.error_types import ErrorType
from shared.providers.port import CallFailure
from shared.providers.rate_limits import RateLimits

WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""A type, code or id. Anything else is prose, and prose may quote a key."""
PASSING_STATUSES = range(500, 600)


@dataclass(frozen=True, slots=True)
class Reported:
    """An error as the provider reported it. `message` serves the table alone and goes no further."""

    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = ""
    request_id: str | None = None
    retry_after_seconds: float | None = None
    limits: RateLimits | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: every field that is set must fit. `says` is for errors that have no code of their own."""

    error: ErrorType
    code: str | None = None
    type: str | None = None
    param: str | None = None
    status: int | None = None
    says: str | None = None

    def fits(self, reported: Reported) -> bool:
        """Tell whether the row describes the error."""
        return (
            self.code in (None, reported.code)
            and self.type in (None, reported.type)
            and self.param in (None, reported.param)
            and self.status in (None, reported.status)
            and (self.says is None or self.says in reported.message)
        )


def classify(table: Sequence[Rule], reported: Reported) -> ErrorType:
    """Return the first fitting row's reason; a server error that fits none is overload, the rest unknown."""
    for rule in table:
        if rule.fits(reported):
            return rule.error
    return ErrorType.OVERLOADED if reported.status in PASSING_STATUSES else ErrorType.UNKNOWN


def to_failure(table: Sequence[Rule], reported: Reported) -> CallFailure:
    """Return the failure with the provider's type, code and ids, and none of its prose."""
    return CallFailure(
        classify(table, reported),
        status=reported.status,
        type=word(reported.type),
        code=word(reported.code),
        request_id=word(reported.request_id),
        retry_after_seconds=reported.retry_after_seconds,
        limits=reported.limits,
    )


def word(value: object) -> str | None:
    """Return the value when it is one plain word, else None."""
    return value if isinstance(value, str) and WORD.fullmatch(value) else None


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait that the headers ask for, in seconds; a date or nonsense counts as none."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / per_second
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None
