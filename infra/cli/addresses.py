"""Where an installation's servers are, and where its data folder keeps that."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from shared.errors import MevichatError
from shared.settings import PREFIX, Settings

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


class TakenPortError(MevichatError):
    """Raised when another program listens where a process should; the message names port and setting."""


def with_kept_addresses(settings: Settings) -> Settings:
    """Fill in what `mevichat up` keeps in the data folder: server addresses and master keys that are not set."""
    kept = {
        "database_url": _kept(settings.data_dir / DATABASE_FILE),
        "redis_url": _kept(settings.data_dir / REDIS_FILE),
        "master_keys": _kept(settings.data_dir / MASTER_KEYS_FILE),
    }
    missing = {name: text for name, text in kept.items() if text and getattr(settings, name) is None}
    return settings.model_copy(update=missing)


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
    """Put a free port in the place of each that is 0, so that every process knows where the others are."""
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
    """Refuse to start a process where another program listens.

    Raises:
        TakenPortError: the port is taken.

    """
    name = PORT_SETTINGS[process]
    port = getattr(settings, name)
    is_shared = process == "gateway" and settings.gateway_health_port is not None
    if not is_free(settings.host, port, is_shared=is_shared):
        message = f"Port {port} of {settings.host} is taken; free it or set {PREFIX}{name.upper()} to another."
        raise TakenPortError(message)


def is_free(host: str, port: int, *, is_shared: bool = False) -> bool:
    """Tell whether a server could listen there now; one that shares its port, beside others that do."""
    with socket.socket(_family(host)) as probe:
        # as servers do: what remains of connections that have ended does not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _free_port(host: str) -> int:
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _kept(file: Path) -> str | None:
    return file.read_text(encoding="utf-8").strip() if file.exists() else None
