"""Run the benchmark: `python -m tests.bench`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvloop

from tests.bench.cases import Row, dead_keys, idle_memory, in_flight, many_clients, one_client
from tests.bench.report import write_report
from tests.bench.stack import running_stack


async def measure(requests: int, turns_in_flight: int) -> list[Row]:
    """Start the product and take all measurements in one run."""
    async with running_stack() as stack:
        rows = [Row("start", "ready after", stack.ready_after_seconds, "s", "")]
        rows += await idle_memory(stack)
        fast = await stack.make_bot("bench", "gpt-5-mini", "sk-sim-ok-" + "b" * 24, "openai")
        slow = await stack.make_bot("slow", "gpt-5-mini", "sk-sim-delay5000-" + "c" * 24, "openai")
        rows += await one_client(stack, fast, requests // 5)
        rows += await many_clients(stack, fast, requests)
        rows += await in_flight(stack, slow, turns_in_flight)
        rows += await dead_keys(stack, keys=40)
        return rows


def main() -> int:
    """Measure, report, and fail when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--in-flight", type=int, default=1_000)
    arguments = parser.parse_args()
    rows = uvloop.run(measure(arguments.requests, arguments.in_flight))
    write_report(rows, Path("build"))
    return int(any(row.figure == "wrong answers" and row.value for row in rows))


if __name__ == "__main__":
    sys.exit(main())
