"""How a command becomes one process of the product: settings, logs, `run`, exit code."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Final

import typer
import uvloop

from infra.cli.addresses import require_free_port, with_kept_addresses
from shared.errors import MevichatError
from shared.settings import PREFIX, Settings, SettingsError, load_settings

REFUSED_EXIT = 2
"""The exit code of a command that could not start: the sentence on stderr says why."""

NEW_OBJECTS_BEFORE_GC: Final = 50_000
"""Python's own 700 makes a busy process look for cycles hundreds of times a second, and there are next to none:
13 % of a worker's CPU at 64 clients, measured by perf."""

MODULES = {
    "gateway": "services.gateway.main",
    "worker": "services.workers.completion.main",
    "validator": "services.validator.main",
    "ledger": "services.workers.ledger.main",
    "notices": "services.workers.notices.main",
    "ingest": "services.workers.ingest.main",
    "sweeper": "services.workers.sweeper.main",
    "dashboard": "services.dashboard.main",
    "background": "infra.cli.background",
    "simulator": "infra.simulator.main",
}


def run_service(name: str) -> typer.Exit:
    """Run this process of the product until it is told to stop; return its exit code, to be raised."""
    try:
        settings = with_kept_addresses(load_settings())
        _require_servers(name, settings)
        require_free_port(settings, name)
        return typer.Exit(code=_run(name, settings))
    except MevichatError as refusal:
        return refused(str(refusal))


def refused(sentence: str) -> typer.Exit:
    """Say on stderr why a command did not do its work; return the exit to be raised."""
    typer.echo(sentence, err=True)
    return typer.Exit(code=REFUSED_EXIT)


def _require_servers(name: str, settings: Settings) -> None:
    if name == "simulator":
        return
    missing = [setting for setting in ("database_url", "redis_url") if not getattr(settings, setting)]
    if missing:
        start = "or start the whole product with `mevichat up`."
        raise SettingsError(f"Set {PREFIX}{setting.upper()}, {start}" for setting in missing)


def _run(name: str, settings: Settings) -> int:
    # imported here: a process pays only for the code that it runs
    from shared.logs import configure_logs  # noqa: PLC0415

    configure_logs(settings.log_level)
    return int(uvloop.run(_checked_run(name, settings)))


async def _checked_run(name: str, settings: Settings) -> int:
    if name == "simulator":
        return await _service(name, settings)
    from infra.cli.server_checks import refuse_unsound_servers  # noqa: PLC0415
    from infra.cli.server_watch import watched_until_back  # noqa: PLC0415

    away = await refuse_unsound_servers(settings)
    async with watched_until_back(away, settings):
        return await _service(name, settings)


async def _service(name: str, settings: Settings) -> int:
    service = import_module(MODULES[name])
    _spare_garbage_collection()
    code: int = await service.run(settings)
    return code


def _spare_garbage_collection() -> None:
    """Let the collector pass over what was loaded and stays, and come seldom for the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_BEFORE_GC)
