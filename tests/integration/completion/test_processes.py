"""The worker as processes of its own: dramatiq's own command runs it too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.turn_status import TurnStatus
from tests.integration.completion.bench import Bench, sim_key

COMMAND = [sys.executable, "-m", "dramatiq", "services.workers.completion.main:setup", "--processes", "1"]


async def test_the_stock_dramatiq_command_completes_turns_too(idle_bench: Bench) -> None:
    await idle_bench.add_key("openai", sim_key("openai"))
    with stock_worker(idle_bench):
        first = await idle_bench.answer("gpt-5-mini")
        second = await idle_bench.answer("mevichat:mini")
    assert (first.status, second.status) == (TurnStatus.COMPLETED, TurnStatus.COMPLETED)


@contextmanager
def stock_worker(bench: Bench) -> Iterator[None]:
    """Run the worker under dramatiq's command until the block ends."""
    settings = bench.settings
    values = {
        "MEVICHAT_DATABASE_URL": settings.database_url,
        "MEVICHAT_REDIS_URL": settings.redis_url,
        "MEVICHAT_OPENAI_BASE_URL": settings.openai_base_url,
        "MEVICHAT_MASTER_KEYS": settings.master_keys,
    }
    environment = os.environ | {name: value for name, value in values.items() if value}
    with subprocess.Popen([*COMMAND, "--threads", "4"], env=environment) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
