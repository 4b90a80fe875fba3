"""The usage pages: turns and tokens by day, bot, model, provider or key; as a table, a chart and a file (S7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from services.dashboard.errors import AdminError
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import render
from services.dashboard.pages.usage_chart import tokens_chart, turns_chart
from services.dashboard.pages.usage_names import UsageNames, usage_names
from services.dashboard.pages.usage_question import FIELDS, GROUP_WORDS, UsageQuestion, as_day, presets, question_of
from services.dashboard.pages.usage_table import FIGURES, UsageTable, csv_of, hidden_rows, shortened, table_of
from services.dashboard.signing_in.visit import Visit
from shared.store.usage.names import bot_names, key_names
from shared.store.usage.read import read_usage, usage_as_of

IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The chart is an image with a style of its own and nothing else; opened alone it runs nothing."""
MOST_ROWS = 200
MOST_OFFERED_BOTS = 200
LATE = timedelta(seconds=60)
"""Figures older than that are called incomplete."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A visitor's question, the names that it was read by, and the answer's rows."""

    question: UsageQuestion
    names: UsageNames
    table: UsageTable


async def show(visit: Visit) -> Response:
    """Show the figures that were asked for; four queries, whatever the range. A wrong field keeps the others."""
    names = await _names(visit)
    try:
        asked = await _ask(visit, names)
    except AdminError as problem:
        plain = question_of({}, names, today=visit.now.date())
        return render(visit, "usage.html", problem.status, asked=None, refusal=problem, **_form(visit, names, plain))
    as_of = await usage_as_of(visit.context.database, visit.workspace_id)
    table = shortened(asked.table, MOST_ROWS)
    return render(
        visit,
        "usage.html",
        asked=asked,
        table=table,
        hidden_rows=hidden_rows(asked.table, table),
        as_of=as_of,
        is_late=visit.now - as_of > LATE,
        figures=FIGURES,
        refusal=None,
        **_form(visit, names, asked.question),
    )


async def draw_turns(visit: Visit) -> Response:
    """Draw the turns of the same figures."""
    return await _draw(visit, turns_chart)


async def draw_tokens(visit: Visit) -> Response:
    """Draw the tokens of the same figures."""
    return await _draw(visit, tokens_chart)


async def _draw(visit: Visit, chart: Callable[[UsageTable, date, date], bytes]) -> Response:
    asked = await _ask(visit, await _names(visit))
    svg = chart(asked.table, asked.question.from_day, min(asked.question.to_day, visit.now.date()))
    return Response(svg, headers={"Content-Security-Policy": IMAGE_POLICY}, media_type="image/svg+xml")


async def download(visit: Visit) -> Response:
    """Hand the same rows over as CSV, all of them."""
    asked = await _ask(visit, await _names(visit))
    question = asked.question
    name = f"usage-by-{question.group}-{question.from_day}-{question.to_day}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_of(asked.table), headers=headers, media_type="text/csv")


async def _ask(visit: Visit, names: UsageNames) -> Asked:
    question = question_of({name: visit.query(name) for name in FIELDS}, names, today=visit.now.date())
    rows = await read_usage(
        visit.context.database,
        workspace_id=visit.workspace_id,
        from_day=question.from_day,
        to_day=question.to_day,
        group_by=[question.group],
        only=question.only,
    )
    return Asked(question, names, table_of(question.group, rows, names))


async def _names(visit: Visit) -> UsageNames:
    database, workspace_id = visit.context.database, visit.workspace_id
    return usage_names(
        await bot_names(database, workspace_id), await key_names(database, workspace_id), visit.context.catalogue
    )


def _form(visit: Visit, names: UsageNames, question: UsageQuestion) -> dict[str, Any]:
    """Return what the form shows: the fields as they were sent, or what stands in their place."""
    defaults = {"from": question.from_day, "to": question.to_day, "group": question.group}
    values = {name: visit.query(name) or defaults.get(name, "") for name in FIELDS}
    # a browser's date field takes nothing but days, in one way of writing them
    values |= {name: as_day(str(values[name])) for name in ("from", "to")}
    return {
        "values": values | {"bot": names.typed_bot(str(values["bot"]))},
        "groups": GROUP_WORDS,
        "choices": {name: names.of(name) for name in ("model", "provider", "key")},
        "offered_bots": sorted(names.bots.values()) if len(names.bots) <= MOST_OFFERED_BOTS else [],
        "presets": presets(question, visit.now.date()),
    }


PAGES = [
    Page("/usage", show),
    Page("/usage/turns.svg", draw_turns),
    Page("/usage/tokens.svg", draw_tokens),
    Page("/usage.csv", download),
]
