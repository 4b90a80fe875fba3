"""The programs of docs/producers.md run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from infra.cli.addresses import environment_of
from tests.integration.producer.hearing import bot_token
from tests.product import Product

ROOT = Path(__file__).parents[3]
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WITHIN_SECONDS = 60


async def output_of(program: str, environment: dict[str, str]) -> str:
    """Run the program as a process; it must end well."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    async with asyncio.timeout(WITHIN_SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_each_program_of_the_page_runs_and_prints_its_replies(product: Product) -> None:
    programs = PROGRAM.findall((ROOT / "docs" / "producers.md").read_text(encoding="utf-8"))
    token = await bot_token(product)
    environment = os.environ | environment_of(product.settings) | {"MEVICHAT_BOT_TOKEN": token}

    many, careful, threads = [await output_of(program, environment) for program in programs]

    assert many.count("completed") == 100
    assert "Summarise ticket 99" in many
    assert "When do you open?" in careful
    assert threads.count("->") == 10
