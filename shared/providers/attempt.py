"""One try of one call: bounded in time, and every way it can end is a value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from shared.domain.error_types import ErrorType
from shared.providers.port import CallFailure, CallResult, ChatCall
from shared.providers.reading import Reading

Exchange = Coroutine[Any, Any, None]
"""Sends the request and reads the answer into the reading."""


async def attempt(
    call: ChatCall,
    reading: Reading,
    exchange: Exchange,
    *,
    expected: tuple[type[Exception], ...],
    failure_of: Callable[[Exception], CallFailure],
) -> CallResult:
    """Run the exchange within the call's time; `failure_of` reads the `expected` errors.

    Cancellation passes: closing the answer on the way out is the exchange's task.
    """
    failure = unfinished(call)
    try:
        async with asyncio.timeout(call.timeout_seconds):
            await exchange
    except TimeoutError:
        failure = CallFailure(ErrorType.TIMEOUT)
    except (ValueError, RecursionError):
        pass  # not JSON, not UTF-8: what came is no answer, as if it had ended there
    except expected as error:
        failure = failure_of(error)
    return reading.end(failure)


def unfinished(call: ChatCall) -> CallFailure:
    """Return the failure of an answer that ended before its end."""
    return CallFailure(ErrorType.STREAM_BROKEN if call.stream else ErrorType.UNKNOWN)
