"""Run the benchmark: `python -m tests.bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from shared.clock import utc_now
from tests.bench.figures import Results
from tests.bench.load.wrk import install_wrk
from tests.bench.plan import GROUPS, OURS, SYSTEMS, stages_of
from tests.bench.report.machine import this_machine
from tests.bench.report.write import write_report
from tests.bench.run import run_stages
from tests.bench.systems.standin import running_standin

PEERS = Path("build/peers")
SECONDS = 10.0


async def measure(
    systems: Collection[str], groups: Collection[str], *, seconds: float, soak_minutes: float = 0
) -> Results:
    """Measure the chosen cases on the chosen systems, one system after the other."""
    with TemporaryDirectory(prefix="mevichat-bench-logs-") as folder:
        stages = stages_of(systems, groups, PEERS.resolve(), Path(folder), soak_minutes=soak_minutes)
        async with running_standin(Path(folder)) as standin:
            return await run_stages(stages, standin, seconds=seconds)


def main() -> int:
    """Measure and report; fail when ours has no figure for a case that was asked for."""
    chosen = _arguments()
    install_wrk()
    results = uvloop.run(measure(chosen.systems, chosen.only, seconds=chosen.seconds, soak_minutes=chosen.soak))
    names = results.systems()
    page = write_report(results, names, this_machine(), utc_now(), chosen.folder)
    print(f"\n{page.read_text(encoding='utf-8')}\n{page}")  # noqa: T201 - it is what people run this for
    return int(any(gap.system == OURS for gap in results.gaps))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the product beside its peers.")
    parser.add_argument("--only", type=_words(GROUPS), default=GROUPS, help=f"cases, of: {', '.join(GROUPS)}")
    parser.add_argument("--systems", type=_words(SYSTEMS), default=(OURS,), help=f"of: {', '.join(SYSTEMS)}")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="the length of a run under load")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="also hold 2,000 turns so long")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the report goes")
    return parser.parse_args()


def _words(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        words = tuple(text.split(","))
        for word in words:
            if word not in known:
                message = f"{word!r} is none of: {', '.join(known)}"
                raise argparse.ArgumentTypeError(message)
        return words

    return parse


if __name__ == "__main__":
    sys.exit(main())
