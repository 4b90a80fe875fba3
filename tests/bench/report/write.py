"""The report as Markdown for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tests.bench.figures import Results
from tests.bench.report.machine import Machine
from tests.bench.report.table import lines_of, markdown_table, unplanned_gaps

NOTES = """\
All systems answer from the same stand-in for a provider, on one machine, one after the other, in one run. Read the
ratios: absolute figures move with whatever else the machine does. CPU is that of all processes of a system together,
per request that reached the provider, without the stand-in and the load generator; memory is proportional (PSS).
Ours runs as `make run` starts it: fsync on, everything accounted for. For its streams Portkey
runs with a preload of our own (`tests/bench/systems/portkey_streams.mjs`): its release answers every stream with 500 on
current Node.js. An empty cell has its reason below.
"""


def write_report(results: Results, systems: Sequence[str], machine: Machine, now: datetime, folder: Path) -> Path:
    """Write `report.md` and `report.json` into the folder; return the first."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {"at": now.isoformat(), "machine": asdict(machine), **asdict(results)}
    (folder / "report.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    page = folder / "report.md"
    page.write_text(markdown_report(results, systems, machine, now), encoding="utf-8")
    return page


def markdown_report(results: Results, systems: Sequence[str], machine: Machine, now: datetime) -> str:
    """Return the page: when and where, the table, and why cells are empty. Pure."""
    where = f"{machine.cores} cores of {machine.cpu}; Python {machine.python}, PostgreSQL {machine.postgres}."
    lines = [
        "# Benchmark",
        "",
        f"{now:%Y-%m-%d %H:%M} UTC. {where}",
        "",
        NOTES,
        *markdown_table(lines_of(results, systems), systems),
        *_gap_lines(results, systems),
    ]
    return "\n".join(lines) + "\n"


def _gap_lines(results: Results, systems: Sequence[str]) -> list[str]:
    gaps = [*results.gaps, *unplanned_gaps(results, systems)]
    if not gaps:
        return []
    reasons: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        reasons.setdefault((gap.system, gap.reason), []).append(gap.case)
    items = [f"- {system}: {'; '.join(cases)}. {reason}" for (system, reason), cases in reasons.items()]
    return ["", "## Empty cells", "", *items]
