"""Installs the clients on demand, each into an environment of its own under build/clients."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from shutil import which

from shared.errors import MevichatError
from tests.clients.expectations import LANGCHAIN, LLM, NODE, PYTHON

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "clients"
UV = Path(sys.executable).with_name("uv")
PROGRAMS = "tests.clients.programs"


class NotInstalledError(MevichatError):
    """Raised when a client cannot be installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that can be asked: the words that run its program, and its version."""

    name: str
    words: tuple[str, ...]
    version: str


def openai_python() -> Client:
    """Return the OpenAI Python SDK, which is the product's own requirement."""
    return Client(PYTHON, (sys.executable, "-m", f"{PROGRAMS}.openai_python"), version("openai"))


async def install_clients() -> list[Client]:
    """Return every client, newly installed at its latest version.

    Raises:
        NotInstalledError: one cannot be installed.

    """
    python = await _installed_python("langchain-openai", "llm")
    return [
        openai_python(),
        await _node_sdk(),
        Client(
            LANGCHAIN, (str(python), "-m", f"{PROGRAMS}.langchain_chat"), await _version(python, "langchain-openai")
        ),
        Client(LLM, (str(python), "-m", f"{PROGRAMS}.llm_command"), await _version(python, "llm")),
    ]


async def _installed_python(*packages: str) -> Path:
    folder = FOLDER / "python"
    await _run(str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    await _run(str(UV), "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *packages)
    return folder / "bin" / "python"


async def _version(python: Path, package: str) -> str:
    return await _run(str(python), "-c", f"from importlib.metadata import version; print(version({package!r}))")


async def _node_sdk() -> Client:
    if which("node") is None or which("npm") is None:
        raise NotInstalledError("Node.js is missing, so the OpenAI Node SDK cannot be checked; install node and npm.")
    folder = FOLDER / "node"
    folder.mkdir(parents=True, exist_ok=True)
    await _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "openai@latest")
    installed = json.loads((folder / "node_modules/openai/package.json").read_text(encoding="utf-8"))
    program = ROOT / "tests/clients/programs/openai_node.mjs"
    return Client(NODE, ("env", f"NODE_FOLDER={folder}", "node", str(program)), str(installed["version"]))


async def _run(*words: str) -> str:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    if process.returncode:
        raise NotInstalledError(f"`{' '.join(words[:3])} ...` failed: {' '.join(err.decode().split())[-300:]}")
    return out.decode().strip()
