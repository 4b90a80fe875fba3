"""The product's processes on one machine: imported once, forked, started and stopped together."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from infra.cli.run_service import MODULES, run_service
from infra.processes.tend import Server, run_together

SERVICES = ("gateway", "worker", "dashboard", "background")
SIMULATOR = "simulator"
MARGIN_SECONDS = 5
LOADED_WHEN_RUN = (
    "asyncpg",
    "infra.cli.server_checks",
    "infra.cli.server_watch",
    "shared.logs",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
)
"""What a process imports only once it runs."""


def load_processes(names: Sequence[str]) -> None:
    """Import what these processes run, so that they can be forked: imports cost more than all else of a start."""
    # a collection on the way would find no cycles, and one after a fork would copy the pages that all share
    gc.disable()
    for module in (*(MODULES[name] for name in names), *LOADED_WHEN_RUN):
        import_module(module)
    gc.freeze()


def run_processes(
    names: Sequence[str],
    environment: Mapping[str, str],
    *,
    grace_seconds: float,
    servers: Mapping[str, Server],
    meanwhile: Callable[[], Coroutine[Any, Any, None]],
) -> int:
    """Run these processes until a signal comes, one ends by itself or a server ends; return that one's exit code.

    For a signal it is 0. `meanwhile` runs beside them once all of them have been forked.
    """
    return run_together(
        {name: partial(_run, name, environment) for name in names},
        # workers may need their whole grace
        grace_seconds=grace_seconds + MARGIN_SECONDS,
        once_forked=meanwhile,
        servers=servers,
        # what workers call while they finish their turns
        stopped_last=[name for name in names if name == SIMULATOR],
    )


def _run(name: str, environment: Mapping[str, str]) -> int:
    os.environ.update(environment)
    return run_service(name).exit_code
