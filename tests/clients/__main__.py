"""Check the product against real clients: `python -m tests.clients`; `--write` puts the table into docs/clients.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from shared.clock import utc_now
from shared.logs import configure_logs
from tests.clients.asking import ask_client
from tests.clients.bots import environment_of_bots
from tests.clients.expectations import expected_of, table_of
from tests.clients.installing import FOLDER, ROOT, NotInstalledError, install_clients
from tests.product import running_product
from tests.servers import fresh_database, running_postgres, running_redis

PAGE = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- made by `make clients` -->\n", "<!-- end -->\n"


async def check(database_server: str, redis_url: str) -> tuple[list[str], bool]:
    """Return the table, and whether everything was as expected."""
    clients = await install_clients()
    async with (
        fresh_database(database_server) as database_url,
        running_product(database_url, redis_url, log_level="warning") as product,
    ):
        bots = await environment_of_bots(product)
        seen = {client.name: await ask_client(client, bots) for client in clients}
    table = table_of(seen, {client.name: client.version for client in clients})
    return table, all(seen[client.name] == expected_of(client.name) for client in clients)


def write_page(page: Path, lines: Sequence[str]) -> None:
    """Put the table into the page, between its marks."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    day = f"Checked on {utc_now():%d %B %Y}.\n\n"
    page.write_text(f"{before}{BEGIN}{day}" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Install, check and report; fail when a client saw something else than is documented."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description="Check real clients.")
    parser.add_argument("--write", action="store_true", help="write the table into docs/clients.md")
    arguments = parser.parse_args()
    configure_logs("warning")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with running_postgres() as postgres, running_redis() as redis:
            table, is_as_expected = uvloop.run(check(postgres.url, redis.url))
    except NotInstalledError as missing:
        print(missing, file=sys.stderr)  # noqa: T201 - for the person who runs it
        return 2
    print("\n".join(table))  # noqa: T201 - it is what people run this for
    if arguments.write:
        write_page(PAGE, table)
    return int(not is_as_expected)


if __name__ == "__main__":
    sys.exit(main())
