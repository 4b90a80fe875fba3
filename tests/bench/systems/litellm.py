"""LiteLLM's proxy: one worker, a master key, no database."""

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

START_SECONDS = 120
MASTER_KEY = "sk-bench-master"
CONFIG = """\
model_list:
  - model_name: gpt-5-mini
    litellm_params:
      model: openai/gpt-5-mini
      api_base: {base_url}
      api_key: sk-bench
general_settings:
  master_key: {master_key}
"""
ONE_WORKER = ("--num_workers", "1", "--telemetry", "False")
ENVIRONMENT = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}


@dataclass(frozen=True, slots=True)
class LiteLLM:
    """The proxy in the environment of its own that `make bench-peers` makes."""

    peers: Path
    folder: Path
    name: str = "LiteLLM"

    @asynccontextmanager
    async def running(self, standin: StandIn) -> AsyncIterator[Running]:
        """Start it with one model that leads to the stand-in."""
        command = self.peers / "litellm" / "bin" / "litellm"
        if not command.exists():
            raise NoFigureError("It is not installed; `make bench-peers` installs it.")
        config, log, port = self.folder / "litellm.yaml", self.folder / "litellm.log", free_port()
        config.write_text(CONFIG.format(base_url=standin.base_url, master_key=MASTER_KEY))
        words: list[str | Path] = [command, "--config", config, "--host", "127.0.0.1", "--port", str(port), *ONE_WORKER]
        async with running_process(words, log, environment=ENVIRONMENT) as process:
            url = f"http://127.0.0.1:{port}/health/liveliness"
            seconds = await until_answers(url, process, log, seconds=START_SECONDS)
            yield Running(self.name, process.pid, port, (seconds,), _doors)


async def _doors(count: int) -> Sequence[Door]:
    if count > 1:
        raise NoFigureError("A key for each tenant needs a database of virtual keys there, which is not set up.")
    return [Door(bearer(MASTER_KEY))]
