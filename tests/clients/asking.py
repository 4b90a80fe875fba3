"""Runs a client's program against a running product and reads what it saw."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping

from tests.clients.installing import ROOT, Client

WITHIN_SECONDS = 180


async def ask_client(client: Client, bots: Mapping[str, str]) -> dict[str, str]:
    """Return the outcome of each case; those that the program did not reach are absent."""
    process = await asyncio.create_subprocess_exec(
        *client.words, cwd=ROOT, env=os.environ | bots | {"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(WITHIN_SECONDS):
        out, _ = await process.communicate()
    said = [json.loads(line) for line in out.decode().splitlines() if line.startswith("{")]
    return {one["case"]: one["outcome"] for one in said}
