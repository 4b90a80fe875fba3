"""Prints what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from tests.retrieval.quality import FOUND_AMONG, Asked, Found, quality_of


def print_quality(console: Console, asked: Sequence[Asked], found: Mapping[str, Found]) -> None:
    """Print recall and mean reciprocal rank of each way to search, by kind of question; `found` by way."""
    table = Table("questions", "of them", title=f"recall@{FOUND_AMONG} / mean reciprocal rank")
    for way in found:
        table.add_column(way, justify="right")
    for kind in (*dict.fromkeys(one.kind for one in asked), "all"):
        some = [one for one in asked if kind in (one.kind, "all")]
        qualities = [quality_of(some, of_way) for of_way in found.values()]
        cells = [f"{quality.recall:.3f} / {quality.reciprocal_rank:.3f}" for quality in qualities]
        table.add_row(kind, str(len(some)), *cells)
    console.print(table)


def print_quality_of(console: Console, title: str, found: Found) -> None:
    """Print the quality of one set of questions in a line."""
    quality = quality_of(list(found), found)
    console.print(f"{title}: {quality.recall:.3f} / {quality.reciprocal_rank:.3f} of {quality.questions}")


def print_speed(console: Console, title: str, milliseconds: Sequence[float]) -> None:
    """Print percentiles."""
    ordered = sorted(milliseconds)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    figures = ", ".join(f"{name} {ordered[int(len(ordered) * share)]:.1f} ms" for name, share in shares.items())
    console.print(f"{title}: {figures}")
