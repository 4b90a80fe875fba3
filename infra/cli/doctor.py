"""`mevichat doctor`: looks at everything that a start needs, and says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import typer
import uvloop
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cli.addresses import PORT_SETTINGS, with_kept_addresses
from infra.cli.health import is_ready
from infra.cli.ports import PortProblem, port_sentence, problem_of_port
from infra.cli.processes import SERVICES, SIMULATOR
from infra.cli.server_checks import holds_vectors, postgres_problems, redis_problem
from shared.domain.catalogue import load_catalogue
from shared.errors import MevichatError
from shared.settings import PREFIX, Settings, SettingsError, load_settings

SICK_EXIT = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `problem` is None when all is well."""

    check: str
    found: str
    problem: str | None = None


def doctor() -> typer.Exit:
    """Print every check; exit 1 when one of them fails."""
    findings = uvloop.run(_examine())
    Console().print(_table(findings))
    return typer.Exit(code=SICK_EXIT if any(finding.problem for finding in findings) else 0)


async def _examine() -> list[Finding]:
    try:
        settings = with_kept_addresses(load_settings())
    except SettingsError as wrong:
        return [Finding("settings", "invalid", problem) for problem in wrong.problems]
    return [_data_folder(settings), Finding("settings", "valid")] + [finding async for finding in _checks(settings)]


async def _checks(settings: Settings) -> AsyncIterator[Finding]:
    yield _master_keys(settings)
    yield _catalogue(settings)
    for check, problem in (await postgres_problems(settings.database_url)).items():
        yield Finding(check, _found(problem, settings.database_url, "good"), problem)
    yield await _embeddings(settings)
    problem = await redis_problem(settings.redis_url)
    yield Finding("Redis", _found(problem, settings.redis_url, "good, evicts nothing"), problem)
    yield await _mini(settings)
    for process in SERVICES:
        yield _port(settings, process)
    yield _simulator_port(settings)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    is_needed = not (settings.database_url and settings.redis_url and settings.master_keys)
    if folder.exists() or not is_needed:
        return Finding("data folder", str(folder))
    fix = f"{folder} does not exist: go to the folder of `make run`, or set MEVICHAT_DATA_DIR to its .mevichat."
    return Finding("data folder", "missing", fix)


def _found(problem: str | None, address: str | None, good: str) -> str:
    return good if problem is None else "wrong" if address else "missing"


def _master_keys(settings: Settings) -> Finding:
    from shared.vault.master_keys import parse_master_keys  # noqa: PLC0415 - loads cryptography

    try:
        count = len(parse_master_keys(settings.master_keys).keys)
    except MevichatError as wrong:
        return Finding("master keys", _found(str(wrong), settings.master_keys, ""), str(wrong))
    return Finding("master keys", f"{count} good")


def _catalogue(settings: Settings) -> Finding:
    try:
        count = len(load_catalogue(settings.catalogue_file).models)
    except MevichatError as wrong:
        return Finding("model catalogue", "wrong", str(wrong))
    return Finding("model catalogue", f"{count} models")


async def _mini(settings: Settings) -> Finding:
    if settings.mini_base_url is None:
        return Finding("Mevichat Mini", "built in")
    from infra.cli.mini_check import check_mini  # noqa: PLC0415 - loads the providers

    found, problem = await check_mini(settings)
    return Finding("Mevichat Mini", found, problem)


async def _embeddings(settings: Settings) -> Finding:
    """Tell whether passages are searched by meaning too; off is no sickness, set without the extension is one."""
    is_set = settings.embedding_base_url is not None
    has_extension = await holds_vectors(settings.database_url)
    if is_set and has_extension is False:
        fix = "Install pgvector on the PostgreSQL server and run `mevichat migrate`, or unset MEVICHAT_EMBEDDING_BASE_URL."
        return Finding("embeddings", "set, but PostgreSQL has no pgvector: passages are searched by words alone", fix)
    extension = {True: "pgvector is there", False: "no pgvector", None: "pgvector not known"}[has_extension]
    return Finding("embeddings", f"on, {settings.embedding_model}" if is_set else f"off ({extension})")


def _port(settings: Settings, process: str) -> Finding:
    name = PORT_SETTINGS[process]
    port = getattr(settings, name)
    check = f"port {port}, {process}"
    problem = problem_of_port(settings.host, port)
    if problem is None:
        return Finding(check, "free")
    if problem is not PortProblem.TAKEN:
        return Finding(check, problem.value, port_sentence(problem, settings.host, port, name))
    if is_ready(f"http://{settings.host}:{port}/health/live"):
        return Finding(check, "held by Mevichat")
    return Finding(check, "taken", f"Another program listens there; end it or set {PREFIX}{name.upper()}.")


def _simulator_port(settings: Settings) -> Finding:
    """Look at the simulator's port; who starts no simulator may use it for something else."""
    finding = _port(settings, SIMULATOR)
    if finding.problem is None:
        return finding
    return Finding(finding.check, "taken by another program; only `make run SIMULATOR=1` would need it")


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("", "check", "found", "what to do"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        mark = Text("✗", "red") if finding.problem else Text("✓", "green")
        table.add_row(mark, Text(finding.check), Text(finding.found), Text(finding.problem or ""))
    return table
