"""Starts processes of the product with their named points watched.

The product runs as the `mevichat` command runs it; only the functions that the points name are wrapped, from outside.
"""

from __future__ import annotations

import gc
import inspect
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import shared.clock
from tests.faults.lives import give_lives
from tests.faults.orders import OrderFile
from tests.faults.points import SERVICES, Point, Side, points_of

ORDERS_VARIABLE = "FAULT_ORDERS"
LAZY = ("infra.cli.server_checks", "sqlalchemy.dialects.postgresql.asyncpg", "uvicorn.protocols.http.httptools_impl")
"""What the product imports only once it runs."""
ASKER, ASK = "services.workers.completion.ask:Asker", "ask"


def main() -> None:
    """Import the product, then give it lives; see `lives.py`."""
    _wrap_clock()  # before anybody takes the function's name
    from infra.cli.main import app  # noqa: PLC0415 - after the clock
    from infra.cli.run_service import MODULES  # noqa: PLC0415 - after the clock

    for module in (*(MODULES[service] for service in dict.fromkeys(SERVICES)), *LAZY):
        import_module(module)

    def live(service: str) -> None:
        _watch_points(service, _orders())
        app([service], prog_name="mevichat")

    gc.freeze()
    give_lives(live)


def _orders() -> OrderFile:
    return OrderFile(Path(os.environ[ORDERS_VARIABLE]))


def _watch_points(service: str, orders: OrderFile) -> None:
    passings: Counter[tuple[int, str]] = Counter()
    for point in points_of(service):
        _wrap(point.owner, point.function, point.side, _ending_at(point, orders, passings))
    if service == "worker":
        _wrap(ASKER, ASK, Side.BEFORE, _ending_at_poison(orders))


def _ending_at(point: Point, orders: OrderFile, passings: Counter[tuple[int, str]]) -> Callable[..., None]:
    def pass_by(*args: Any) -> None:
        order = orders.read()
        if order.point != point.name or (point.with_items and not args[-1]):
            return
        passings[order.number, point.name] += 1
        if passings[order.number, point.name] == order.passing:
            _end(orders)

    return pass_by


def _ending_at_poison(orders: OrderFile) -> Callable[..., None]:
    def look(_: Any, attempt: Any, *args: Any) -> None:
        poison = orders.read().poison
        if poison and poison in attempt.turn.question:
            _end(orders)

    return look


def _wrap(owner: str, function: str, side: Side, look: Callable[..., None]) -> None:
    module, _, of_class = owner.partition(":")
    place = import_module(module)
    place = getattr(place, of_class) if of_class else place
    setattr(place, function, _watched(getattr(place, function), side, look))


def _watched(function: Callable[..., Any], side: Side, look: Callable[..., None]) -> Callable[..., Any]:
    @wraps(function)
    async def watched_async(*args: Any, **kwargs: Any) -> Any:
        if side is Side.BEFORE:
            look(*args)
        result = await function(*args, **kwargs)
        if side is Side.AFTER:
            look(*args)
        return result

    @wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        if side is Side.BEFORE:
            look(*args)
        result = function(*args, **kwargs)
        if side is Side.AFTER:
            look(*args)
        return result

    return watched_async if inspect.iscoroutinefunction(function) else watched


def _wrap_clock() -> None:
    """Let every clock of a life that tells the time of day be off as ordered; monotonic clocks never are."""
    true_now, true_time, true_time_ns = shared.clock.utc_now, time.time, time.time_ns

    def seconds_off() -> float:
        if ORDERS_VARIABLE not in os.environ:
            return 0.0
        orders = _orders()
        seconds = orders.read().clock_seconds
        if seconds and not orders.is_obeyed:
            orders.note_obeyed()
        return seconds

    shared.clock.utc_now = lambda: true_now() + timedelta(seconds=seconds_off())
    time.time = lambda: true_time() + seconds_off()
    time.time_ns = lambda: true_time_ns() + int(seconds_off() * 1_000_000_000)


def _end(orders: OrderFile) -> None:
    """End as a power cut would: nothing of the product is flushed, closed or said."""
    orders.note_obeyed()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
