"""`mevichat up`: the whole product on this machine, on embedded servers unless others are set."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from functools import partial
from typing import NoReturn

import typer
import uvloop

from infra.cli.addresses import (
    MASTER_KEYS_FILE,
    PORT_SETTINGS,
    environment_of,
    require_free_port,
    require_own_ports,
    with_chosen_ports,
    write_private,
)
from infra.cli.announce import announce_when_ready
from infra.cli.demo import Demo, prepare_demo, read_demo
from infra.cli.embedded import start_servers
from infra.cli.processes import SERVICES, SIMULATOR, load_processes, run_processes
from infra.cli.run_service import refused
from infra.embedded.lock import hold_data_folder
from infra.processes.fork import exit_code, fork
from shared.domain.catalogue import load_catalogue
from shared.errors import MevichatError
from shared.settings import Settings, load_settings
from shared.store.database import Database
from shared.store.migrate import migrate_async
from shared.store.standing import is_of_this_code
from shared.vault.master_keys import new_master_key, parse_master_keys


def up(*, simulator: bool) -> typer.Exit:
    """Start everything, say how to reach it, and stop it all at Ctrl-C: processes, then Redis, then PostgreSQL."""
    began_at = time.monotonic()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    try:
        settings = with_chosen_ports(load_settings())
        with ExitStack() as running:
            return typer.Exit(code=_run(settings, running, simulator=simulator, began_at=began_at))
    except MevichatError as refusal:
        return refused(str(refusal))
    except KeyboardInterrupt:
        return typer.Exit()


def _run(settings: Settings, running: ExitStack, *, simulator: bool, began_at: float) -> int:
    names = (*SERVICES, SIMULATOR) if simulator else SERVICES
    was_there = settings.data_dir.exists()
    if was_there:  # first of all: a second start hears of the first one, not of ports
        running.enter_context(hold_data_folder(settings.data_dir))
    require_own_ports(settings, names)
    for name in names:
        require_free_port(settings, name)
    if not was_there:
        running.enter_context(hold_data_folder(settings.data_dir))
    settings = _with_master_keys(settings)
    load_catalogue(settings.catalogue_file)  # refused before anything runs
    settings, servers = start_servers(settings, running)
    if simulator:
        settings = _with_simulator(settings)
    # an event loop in this process would be in the way of the forks to come
    preparing = fork("up (prepares)", partial(_prepare, settings))
    running.callback(preparing.kill)
    load_processes(names)
    if code := exit_code(preparing.wait()):
        return code
    demo = Demo(**read_demo(settings.data_dir))
    return run_processes(
        names,
        environment_of(settings),
        grace_seconds=settings.grace_seconds,
        servers=servers,
        meanwhile=lambda: announce_when_ready(
            {name: getattr(settings, PORT_SETTINGS[name]) for name in names},
            demo,
            simulator_port=settings.simulator_port if simulator else None,
            began_at=began_at,
        ),
    )


def _with_master_keys(settings: Settings) -> Settings:
    """Take the master keys that are set; else those of the data folder, drawn at the first start."""
    file = settings.data_dir / MASTER_KEYS_FILE
    if settings.master_keys is None and not file.exists():
        write_private(file, new_master_key() + "\n")
    keys = settings.master_keys or file.read_text(encoding="utf-8").strip()
    parse_master_keys(keys)
    return settings.model_copy(update={"master_keys": keys})


def _with_simulator(settings: Settings) -> Settings:
    base = f"http://127.0.0.1:{settings.simulator_port}"
    addresses = {"openai_base_url": f"{base}/openai/v1", "anthropic_base_url": f"{base}/anthropic"}
    return settings.model_copy(update=addresses)


def _prepare(settings: Settings) -> int:
    try:
        uvloop.run(_migrate_and_seed(settings))
    except MevichatError as refusal:
        return refused(str(refusal)).exit_code
    return 0


async def _migrate_and_seed(settings: Settings) -> None:
    url = settings.database_url or ""
    database = Database.connect(url, connections=1, application_name="mevichat-up")
    try:
        if not await is_of_this_code(database):
            await migrate_async(url)
        await prepare_demo(settings, database)
    finally:
        await database.close()


def _leave(_signal: int, _frame: object) -> NoReturn:
    # before the processes run: the servers that already do are stopped on the way out
    raise KeyboardInterrupt
