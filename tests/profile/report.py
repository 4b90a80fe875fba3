"""The profile as tables."""

from __future__ import annotations

from tests.measuring.sheets import Sheet
from tests.profile.server_profile import Counters, Figures

LARGEST = 20


def cpu_sheet(seconds: dict[str, float], turns: int) -> Sheet:
    """CPU of a turn by process."""
    rows = [(name, f"{spent / turns * 1e6:,.0f}") for name, spent in sorted(seconds.items(), key=lambda item: -item[1])]
    rows.append(
        ("all but the simulator", f"{sum(v for k, v in seconds.items() if k != 'simulator') / turns * 1e6:,.0f}")
    )
    return Sheet("CPU a turn by process", ("process", "microseconds"), rows)


def stage_sheet(process: str, shares: dict[str, float], seconds: float, turns: int) -> Sheet:
    """CPU of a turn by stage: the samples' shares of what the process spent."""
    rows = [(stage, f"{share:.1%}", f"{share * seconds / turns * 1e6:,.0f}") for stage, share in shares.items()]
    return Sheet(f"Where the {process}'s CPU goes", ("stage", "share", "microseconds a turn"), rows)


def server_sheets(counted: Counters, turns: int) -> list[Sheet]:
    """PostgreSQL by statement and by relation, Redis by command."""
    functions = [
        (name, f"{calls / turns:.3f}", f"{total * 1000 / turns:,.1f}", f"{own * 1000 / turns:,.1f}")
        for name, (calls, total, own) in _largest(counted.functions, by=1)
    ]
    relations = [
        (name, f"{buffers / turns:,.2f}", f"{scans / turns:,.2f}", f"{entries / turns:,.2f}")
        for name, (buffers, scans, entries) in _largest(counted.relations, by=0)
    ]
    tuples = [
        (name, f"{new / turns:.2f}", f"{changed / turns:.2f}", f"{hot / changed:.0%}" if changed else "")
        for name, (new, changed, hot) in _largest(counted.tuples, by=1)
    ]
    commands = [
        (name, f"{calls / turns:.2f}", f"{usec / turns:,.1f}")
        for name, (calls, usec) in _largest(counted.commands, by=1)
    ]
    return [
        Sheet("PostgreSQL by statement", ("function", "calls a turn", "microseconds a turn", "its own"), functions),
        Sheet(
            "Shared buffers by table and index",
            ("table or index", "buffers a turn", "scans", "entries read"),
            relations,
        ),
        Sheet("Rows written", ("table", "inserted a turn", "updated a turn", "of them HOT"), tuples),
        Sheet("Write-ahead log", ("", "bytes a turn"), [("all", f"{counted.wal_bytes / turns:,.0f}")]),
        Sheet(
            "Redis by command (a script's time is in evalsha)", ("command", "a turn", "microseconds a turn"), commands
        ),
    ]


def _largest(figures: Figures, *, by: int) -> list[tuple[str, tuple[float, ...]]]:
    used = [(name, values) for name, values in figures.items() if values[by] > 0]
    return sorted(used, key=lambda item: -item[1][by])[:LARGEST]
