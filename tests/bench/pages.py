"""How long each page takes on a running dashboard: `python -m tests.bench.pages --url URL --token mva_...`.

Seed a workspace first (`mevichat demo seed --turns 5000000 --bots 2000`) and take one of its admin tokens. With
`--operator E-MAIL:PASSWORD` and `--workspace ID` the operator's pages are measured too.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import aiohttp
import uvloop

from shared.clock import utc_now
from tests.bench.figures import Figure, Measured, Results
from tests.bench.report.machine import this_machine
from tests.bench.report.write import write_report
from tests.dashboard_pages import OF_OPERATOR, OF_WORKSPACE, ids_found

COOKIE = "__Host-mevichat"
TARGET_MS = 150
DAYS = 90


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who signed in."""

    http: aiohttp.ClientSession
    url: str
    cookie: str

    async def text_of(self, path: str) -> str:
        """Return the page's text; it must be there."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        async with self.http.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path}: {answer.status}"
            return text

    async def measure(self, path: str, times: int) -> Measured:
        """Return the median of so many readings, the first left out: it fills connections and caches."""
        taken = []
        for _ in range(times + 1):
            began = time.perf_counter()
            await self.text_of(path)
            taken.append((time.perf_counter() - began) * 1000)
        figure = Figure(f"median of {times}", median(taken[1:]), "ms", f"under {TARGET_MS}")
        return Measured(path, "ours", (figure,))


async def sign_in(http: aiohttp.ClientSession, url: str, **fields: str) -> Reader:
    """Send the login form."""
    async with http.post(url + "/login", data=fields, allow_redirects=False) as answer:
        assert answer.status == 303, f"the login was refused: {answer.status}"
        return Reader(http, url, answer.cookies[COOKIE].value)


async def measure(arguments: argparse.Namespace) -> list[Measured]:
    """Read every page several times."""
    today = utc_now().date()
    last_month = today.replace(day=1) - timedelta(days=1)
    days = {
        "from_day": str(today - timedelta(days=DAYS - 1)),
        "to_day": str(today),
        "edge_from": str((last_month.replace(day=1) - timedelta(days=1)).replace(day=16)),
        "edge_to": str(last_month.replace(day=15)),
    }
    async with aiohttp.ClientSession() as http:
        reader = await sign_in(http, arguments.url, token=arguments.token)
        ids = await ids_found(reader.text_of) | days
        rows = [await reader.measure(path.format(**ids), arguments.times) for path in OF_WORKSPACE]
        if arguments.operator:
            email, _, password = arguments.operator.partition(":")
            reader = await sign_in(http, arguments.url, email=email, password=password)
            ids["workspace"] = arguments.workspace
            rows += [await reader.measure(path.format(**ids), arguments.times) for path in OF_OPERATOR]
    return rows


def main() -> int:
    """Measure, report, and fail when a page took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--operator", default="")
    parser.add_argument("--workspace", default="")
    parser.add_argument("--times", type=int, default=7)
    pages = uvloop.run(measure(parser.parse_args()))
    page = write_report(Results(pages), ["ours"], this_machine(), utc_now(), Path("build/pages"))
    print(f"{page.read_text(encoding='utf-8')}\n{page}")  # noqa: T201 - it is what people run this for
    return int(any(found.figures[0].value >= TARGET_MS for found in pages))


if __name__ == "__main__":
    sys.exit(main())
