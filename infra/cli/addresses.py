"""Where an installation's servers are, and where its data folder keeps that."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from infra.cli.ports import family_of, port_sentence, problem_of_port
from shared.errors import MevichatError
from shared.setting_kinds import postgres_address, redis_address
from shared.settings import PREFIX, Settings, SettingsError

DATABASE_FILE = "database.url"
REDIS_FILE = "redis.url"
MASTER_KEYS_FILE = "master.keys"
PRIVATE_MODE = 0o600

PORT_SETTINGS = {
    "gateway": "gateway_port",
    "dashboard": "dashboard_port",
    "worker": "worker_port",
    "background": "background_port",
    "validator": "background_port",
    "ledger": "background_port",
    "sweeper": "background_port",
    "notices": "background_port",
    "ingest": "background_port",
    "simulator": "simulator_port",
}


KEPT: dict[str, tuple[str, Callable[[str], str]]] = {
    "database_url": (DATABASE_FILE, postgres_address),
    "redis_url": (REDIS_FILE, redis_address),
    "master_keys": (MASTER_KEYS_FILE, str),
}
"""The settings that the data folder keeps: in which file, and by what rule."""


class TakenPortError(MevichatError):
    """Raised when a process cannot listen where it should; the message names the setting and the fix."""


def with_kept_addresses(settings: Settings) -> Settings:
    """Fill in what `mevichat up` keeps in the data folder: server addresses and master keys that are not set.

    Raises:
        SettingsError: a file there holds something else.

    """
    missing = {name: _kept(settings.data_dir, name) for name in KEPT if getattr(settings, name) is None}
    return settings.model_copy(update={name: text for name, text in missing.items() if text})


def environment_of(settings: Settings) -> Mapping[str, str]:
    """Return the variables that give a child process every setting that is not a default."""
    values = settings.model_dump(exclude_defaults=True)
    return {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody but its owner may read; it is never seen half written or open to others."""
    draft = file.with_name(file.name + ".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=PRIVATE_MODE)
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def with_chosen_ports(settings: Settings) -> Settings:
    """Put a free port in the place of each that is 0, so that every process knows where the others are.

    Raises:
        TakenPortError: the host is none of this machine.

    """
    names = [name for name in dict.fromkeys(PORT_SETTINGS.values()) if getattr(settings, name) == 0]
    return settings.model_copy(update={name: _free_port(settings.host) for name in names})


def require_own_ports(settings: Settings, processes: Iterable[str]) -> None:
    """Refuse to start processes of one machine that should listen on the same port.

    Raises:
        TakenPortError: two of them have the same one.

    """
    owners: dict[int, str] = {}
    for process in processes:
        name = PORT_SETTINGS[process]
        port = getattr(settings, name)
        other = owners.setdefault(port, name)
        if port and other != name:
            message = (
                f"{PREFIX}{other.upper()} and {PREFIX}{name.upper()} are both {port}; set one of them to another port."
            )
            raise TakenPortError(message)


def require_free_port(settings: Settings, process: str) -> None:
    """Refuse to start a process where it could not listen.

    Raises:
        TakenPortError: the port is taken, the host is none of this machine, or the user may not.

    """
    name = PORT_SETTINGS[process]
    port = getattr(settings, name)
    is_shared = process == "gateway" and settings.gateway_health_port is not None
    problem = problem_of_port(settings.host, port, is_shared=is_shared)
    if problem:
        raise TakenPortError(port_sentence(problem, settings.host, port, name))


def _free_port(host: str) -> int:
    if problem := problem_of_port(host, 0):
        raise TakenPortError(port_sentence(problem, host, 0, "host"))
    with socket.socket(family_of(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _kept(folder: Path, name: str) -> str | None:
    """Return what the folder keeps of this setting, None when it keeps nothing."""
    file_name, read = KEPT[name]
    file = folder / file_name
    text = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    try:
        return read(text) if text else None
    except ValueError as wrong:
        raise SettingsError(
            [f"{file} {wrong}. Delete it and start `mevichat up`, or set {PREFIX}{name.upper()}."]
        ) from None
