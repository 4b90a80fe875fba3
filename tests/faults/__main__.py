"""Run the fault suite: `python -m tests.faults --seeds 20 --turns 2500`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

import uvloop

from tests.faults.report import is_good, problems_of, write_report
from tests.faults.run import Outcome, Plan, run_seed
from tests.faults.schedule import schedule

FOLDER = Path("build/faults")


def main() -> int:
    """Run every seed, report, and fail when an invariant is broken or a fault did not happen."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds to run")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them")
    parser.add_argument("--turns", type=int, default=2500, help="turns to drive in each, at least")
    parser.add_argument("--only", default="", help="only faults whose kind or name holds this")
    arguments = parser.parse_args()
    outcomes = []
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        outcomes.append(_run(seed, arguments.turns, arguments.only))
        write_report(outcomes, FOLDER)
    return int(not is_good(outcomes))


def _run(seed: int, turns: int, only: str) -> Outcome:
    say = partial(print, flush=True)
    outcome = uvloop.run(_until_told(Plan(seed, turns, schedule(seed, only), FOLDER / f"seed-{seed}", tell=say)))
    for problem in problems_of(outcome):
        say(f"seed {seed}: {problem}")
    if not outcome.is_good:
        say(f"again alone: python -m tests.faults --seeds 1 --first-seed {seed} --turns {turns}")
    return outcome


async def _until_told(plan: Plan) -> Outcome:
    """Run a seed; on SIGTERM end what it started, servers too, before going."""
    run = asyncio.ensure_future(run_seed(plan))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.cancel)
    return await run


if __name__ == "__main__":
    sys.exit(main())
