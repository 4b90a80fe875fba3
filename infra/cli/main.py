"""The `mevichat` command: every process of the product, and every operator's task."""

from __future__ import annotations

import typer

from infra.cli import bots, demo_seed, members, tokens, vault, workspaces
from infra.cli.run_service import run_service

app = typer.Typer(
    name="mevichat",
    help="Chatbots on their owners' own provider keys.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(workspaces.app, name="workspace")
app.add_typer(bots.app, name="bot")
app.add_typer(tokens.app, name="token")
app.add_typer(members.app, name="member")
app.add_typer(vault.app, name="vault")
app.add_typer(demo_seed.app, name="demo")

PROCESSES = "Processes"
START = "Start"
OPERATE = "Operate"


@app.command(rich_help_panel=PROCESSES)
def gateway() -> None:
    """Serve the chat API."""
    raise run_service("gateway")


@app.command(rich_help_panel=PROCESSES)
def worker() -> None:
    """Complete turns: claim, resolve, prepare, call, record, announce."""
    raise run_service("worker")


@app.command(rich_help_panel=PROCESSES)
def validator() -> None:
    """Probe keys that a provider refused, and record the verdict."""
    raise run_service("validator")


@app.command(rich_help_panel=PROCESSES)
def ledger() -> None:
    """Count recorded usage into the roll-ups."""
    raise run_service("ledger")


@app.command(rich_help_panel=PROCESSES)
def sweeper() -> None:
    """Ring again whatever should have been rung."""
    raise run_service("sweeper")


@app.command(rich_help_panel=PROCESSES)
def notices() -> None:
    """Tell workspaces about their keys: a signed webhook, an e-mail."""
    raise run_service("notices")


@app.command(rich_help_panel=PROCESSES)
def ingest() -> None:
    """Read uploaded documents into passages."""
    raise run_service("ingest")


@app.command(rich_help_panel=PROCESSES)
def dashboard() -> None:
    """Serve the admin API and the dashboard."""
    raise run_service("dashboard")


@app.command(rich_help_panel=PROCESSES)
def background() -> None:
    """Run validator, ledger, sweeper, notices and ingest in one process."""
    raise run_service("background")


@app.command(rich_help_panel=PROCESSES)
def simulator() -> None:
    """Stand in for both providers: no account needed."""
    raise run_service("simulator")


@app.command(rich_help_panel=START)
def up(
    simulator: bool = typer.Option(default=False, help="Point both providers at the simulator."),
) -> None:
    """Start the whole product on this machine, with a demo workspace."""
    from infra.cli.up import up as start  # noqa: PLC0415 - only this command needs the embedded servers

    raise start(simulator=simulator)


@app.command(rich_help_panel=START)
def migrate() -> None:
    """Bring the database to this version."""
    from infra.cli.migrate import migrate as bring  # noqa: PLC0415

    raise bring()


@app.command(rich_help_panel=START)
def doctor() -> None:
    """Check settings, keys, servers and ports."""
    from infra.cli.doctor import doctor as check  # noqa: PLC0415

    raise check()


@app.command(rich_help_panel=START)
def chat(
    bot: str = typer.Argument("", help="A bot's token, id or name; the demo bot when left out."),
) -> None:
    """Talk to a bot in the terminal, word by word."""
    from infra.cli.chat_token import chat_with  # noqa: PLC0415

    raise chat_with(bot)


@app.command(name="support-bundle", rich_help_panel=OPERATE)
def support_bundle(
    turn: str = typer.Argument(help="The turn's id, as the reply carries it."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Print what a provider's support desk asks for about a turn; no content, no secrets."""
    from infra.cli.support_bundle import support_bundle as bundle  # noqa: PLC0415

    raise bundle(turn, as_json=as_json)


@app.command(rich_help_panel=OPERATE)
def reconcile(
    workspace: str | None = typer.Option(None, help="One workspace, by name or id; all when left out."),
    since: str | None = typer.Option(None, help="From the month of this day (UTC) on, like 2026-11-24."),
    repair: bool = typer.Option(default=False, help="Mend what differs, while the product runs."),
) -> None:
    """Hold turns, usage events, roll-ups, quota and counters against each other; exit code 1 when they differ."""
    from infra.cli.reconcile import reconcile as compare  # noqa: PLC0415

    raise compare(workspace, since, repair=repair)


if __name__ == "__main__":
    app(prog_name="mevichat")
