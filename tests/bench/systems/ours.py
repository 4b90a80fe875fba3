"""The product as `make run` starts it, in a data folder of its own, with the stand-in as its provider."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.embedded.free_port import free_port
from tests.bench.systems.door import Door
from tests.bench.systems.process import Process, running_process, until_answers
from tests.bench.systems.standin import StandIn
from tests.bench.systems.system import Running
from tests.bench.systems.tenants import make_tenants

START_SECONDS = 120
PORTS = ("GATEWAY", "DASHBOARD", "WORKER", "BACKGROUND", "SIMULATOR")
ROOMY = {"MEVICHAT_SCALE_MONTHLY_MESSAGES": "100000000"}
"""The quota is counted and checked as ever; only its figure is out of the way."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Mevichat BYOK; `settings` differ from the defaults; it is started `starts` times, the last one stays."""

    settings: Mapping[str, str] = field(default_factory=dict)
    starts: int = 1
    options: tuple[str, ...] = ()
    name: str = "ours"

    @asynccontextmanager
    async def running(self, standin: StandIn) -> AsyncIterator[Running]:
        """Start it and stop it after the block, every process of it."""
        with TemporaryDirectory(prefix="mevichat-bench-") as folder:
            ports = {name: free_port() for name in PORTS}
            environment = {f"MEVICHAT_{name}_PORT": str(port) for name, port in ports.items()} | ROOMY
            environment |= {"MEVICHAT_DATA_DIR": folder, "MEVICHAT_LOG_LEVEL": "warning"}
            environment |= {"MEVICHAT_OPENAI_BASE_URL": standin.base_url, **self.settings}
            earlier = [
                await _start_and_stop(Path(folder), environment, ports, self.options) for _ in range(self.starts - 1)
            ]
            async with _started(Path(folder), environment, ports, self.options) as (process, seconds):

                async def doors(count: int) -> Sequence[Door]:
                    return await make_tenants(Path(folder), count)

                starts = (*earlier, seconds)
                yield Running(self.name, process.pid, ports["GATEWAY"], starts, doors, ports, Path(folder))


async def _start_and_stop(
    folder: Path, environment: Mapping[str, str], ports: Mapping[str, int], options: Sequence[str]
) -> float:
    async with _started(folder, environment, ports, options) as (_, seconds):
        return seconds


@asynccontextmanager
async def _started(
    folder: Path, environment: Mapping[str, str], ports: Mapping[str, int], options: Sequence[str]
) -> AsyncIterator[tuple[Process, float]]:
    """Run `mevichat up`; give its process and the seconds until every process of it was ready."""
    log = folder / "bench.log"
    command = [sys.executable, "-m", "infra.cli.main", "up", *options]
    async with running_process(command, log, environment=environment) as process:
        seconds = 0.0
        for name in ("GATEWAY", "DASHBOARD", "WORKER", "BACKGROUND"):
            url = f"http://127.0.0.1:{ports[name]}/health/ready"
            seconds += await until_answers(url, process, log, seconds=START_SECONDS)
        yield process, seconds
