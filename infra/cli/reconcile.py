"""`mevichat reconcile`: turns, usage events, roll-ups, quota and counters, held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.cli.store_access import run_on_store
from infra.cli.tables import print_table
from infra.cli.workspaces import workspace_of
from shared.settings import Settings
from shared.store.database import Database
from shared.store.reconcile.drift import Drift, DriftKind
from shared.store.reconcile.find import count_uncounted, find_drift, plan_looks
from shared.store.reconcile.mend import MENDINGS, batches_of, mend

DRIFT_EXIT = 1
WHAT = {
    DriftKind.TURN_WITHOUT_EVENT: "ended turns without a usage event",
    DriftKind.EVENT_END: "usage events with another end than their turn",
    DriftKind.EVENT_WITHOUT_TURN: "usage events of no turn",
    DriftKind.TURN_TOKENS: "turns with other tokens than their usage event",
    DriftKind.USAGE_DAILY: "usage by day and bot, against its events",
    DriftKind.USAGE_DAILY_ALL_BOTS: "usage by day, against its events",
    DriftKind.USAGE_MARKS: "usage events counted with other figures",
    DriftKind.USAGE_MONTHLY: "usage by month, against its events",
    DriftKind.QUOTA: "messages used, against the turns that keep one",
    DriftKind.COUNTERS: "slots and waiting places, against their turns",
}
REPAIR = "run with --repair"
LOOK = "look for it in a backup"


@dataclass(frozen=True, slots=True)
class Found:
    """All drift, and how many usage events the ledger has still to count."""

    drifts: tuple[Drift, ...]
    uncounted: int


def reconcile(workspace: str | None, since: str | None, *, repair: bool) -> typer.Exit:
    """Look, print, mend if asked to and look again; exit code 1 when something still differs."""
    first_day = _day(since)

    async def work(_: Settings, database: Database) -> Found:
        workspaces = None if workspace is None else [(await workspace_of(database, workspace)).workspace_id]
        found = await _look(database, workspaces, first_day)
        if not (repair and found.drifts):
            return found
        _print(found, done="mended now")
        await _mend(database, found.drifts)
        return await _look(database, workspaces, first_day)

    found: Found = run_on_store(work)
    if found.drifts:
        _print(found, done=REPAIR)
    typer.echo(f"{_number(found.uncounted, 'usage event')} not counted yet; the ledger counts later, that is no drift.")
    typer.echo(f"{_number(len(found.drifts), 'difference')}." if found.drifts else "Everything agrees.")
    return typer.Exit(DRIFT_EXIT if found.drifts else 0)


async def _look(database: Database, workspaces: Sequence[UUID] | None, since: date | None) -> Found:
    looks = await plan_looks(database, since=since)
    with _progress("Comparisons") as progress:
        task = progress.add_task("looks", total=len(looks))
        drifts: list[Drift] = []
        for look in looks:
            drifts += await find_drift(database, look, workspaces=workspaces)
            progress.advance(task)
    return Found(tuple(drifts), await count_uncounted(database, workspaces=workspaces))


async def _mend(database: Database, drifts: Sequence[Drift]) -> None:
    batches = batches_of(drifts)
    with _progress("Batches mended") as progress:
        task = progress.add_task("batches", total=len(batches))
        for batch in batches:
            await mend(database, batch)
            progress.advance(task)


def _progress(what: str) -> Progress:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _print(found: Found, *, done: str) -> None:
    rows = [
        (WHAT[drift.kind], drift.workspace_id, drift.day or "now", _by(drift.differs), _what_to_do(drift, done))
        for drift in found.drifts
    ]
    print_table(("what", "workspace", "day or month", "by", "what to do"), rows)


def _what_to_do(drift: Drift, done: str) -> str:
    return done if drift.kind in MENDINGS else LOOK


def _by(differs: Mapping[str, int]) -> str:
    rows = [_number(differs["rows"], "row")] if "rows" in differs else []
    return ", ".join(rows + [f"{name} {figure:+,}" for name, figure in sorted(differs.items()) if name != "rows"])


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _day(since: str | None) -> date | None:
    if since is None:
        return None
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter(f"{since} is no day; write it like 2026-11-24.", param_hint="--since") from None
