"""A process that calls no provider pays for no SDK, and an SDK never writes a prompt into the log."""

from __future__ import annotations

import subprocess
import sys

IMPORTS = """
import asyncio, sys
from shared.providers.registry import open_providers
from shared.settings import Settings
async def load():
    async with open_providers(Settings(), concurrency=1):
        pass
asyncio.run(load())
loaded = {"openai", "anthropic", "httpx2"} & set(sys.modules)
assert not loaded, loaded
"""
LOG_LEVELS = """
import asyncio, logging, os
os.environ["ANTHROPIC_LOG"] = os.environ["OPENAI_LOG"] = "debug"
from shared.providers.openai.dialect import OPENAI
from shared.providers.registry import _load_anthropic, _load_openai
async def load():
    import aiohttp
    async with aiohttp.ClientSession() as session:
        _load_openai(OPENAI, "http://localhost/v1", session), _load_anthropic("http://localhost", session)
asyncio.run(load())
logging.getLogger().setLevel(logging.DEBUG)
for name in ("openai._base_client", "anthropic._base_client", "httpx2"):
    assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
"""


def run_in_a_fresh_process(code: str) -> None:
    """Run the code where nothing has been imported yet; fail with what it says."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_process_with_all_its_providers_open_has_loaded_no_sdk() -> None:
    run_in_a_fresh_process(IMPORTS)


def test_the_sdks_debug_lines_stay_unwritten_whatever_the_environment_says() -> None:
    run_in_a_fresh_process(LOG_LEVELS)
