"""The real server, as a process of its own on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.free_port import free_port
from tests.bench.systems.process import Process, running_process, until_answers
from tests.served_mini.install import FOLDER, MODEL, PYTHON

NAME = "tiny"
CONTEXT_TOKENS = 512
START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Server:
    """The running server: what `MEVICHAT_MINI_BASE_URL` takes, and its process."""

    base_url: str
    process: Process


@asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    """Run the server for the length of the block."""
    port, log = free_port(), FOLDER / "server.log"
    words: list[str | Path] = [
        "-m",
        "llama_cpp.server",
        "--model",
        MODEL,
        "--model_alias",
        NAME,
        "--n_ctx",
        str(CONTEXT_TOKENS),
    ]
    where = ["--host", "127.0.0.1", "--port", str(port), "--n_threads", "1"]
    base_url = f"http://127.0.0.1:{port}/v1"
    async with running_process([PYTHON, *words, *where], log) as process:
        await until_answers(f"{base_url}/models", process, log, seconds=START_SECONDS)
        yield Server(base_url, process)
