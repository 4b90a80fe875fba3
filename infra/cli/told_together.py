"""Several values of one command, read together: all that are wrong are told at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from infra.cli.store_access import RefusedError


async def read_all(*reads: Callable[[], Any | Awaitable[Any]]) -> list[Any]:
    """Return what each of these returns, in their order.

    Raises:
        RefusedError: some of them are refused; a line for each.

    """
    values, sentences = [], []
    for read in reads:
        try:
            value = read()
            values.append(await value if isawaitable(value) else value)
        except RefusedError as refused:
            sentences.append(str(refused))
    if sentences:
        raise RefusedError("\n".join(sentences))
    return values
