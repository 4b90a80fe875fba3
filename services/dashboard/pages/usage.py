"""The usage pages: turns and tokens by day, bot, model, provider or key; as a table, a chart and a file (S7)."""

from __future__ import annotations

from starlette.responses import Response

from services.dashboard.pages.page import Page
from services.dashboard.pages.render import render
from services.dashboard.pages.usage_chart import chart_of
from services.dashboard.pages.usage_question import GROUP_WORDS, UsageQuestion, presets, question_of
from services.dashboard.pages.usage_table import FIGURES, UsageTable, csv_of, table_of
from services.dashboard.signing_in.visit import Visit
from shared.store.usage.names import bot_names, key_names
from shared.store.usage.read import read_usage, usage_as_of

IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The chart is an image with a style of its own and nothing else; opened alone it runs nothing."""


async def show(visit: Visit) -> Response:
    """Show the figures that were asked for; three queries, whatever the range."""
    question = question_of(visit)
    return render(
        visit,
        "usage.html",
        question=question,
        table=await _table(visit, question),
        figures=FIGURES,
        groups=GROUP_WORDS,
        presets=presets(question, visit.now.date()),
        as_of=await usage_as_of(visit.context.database, visit.workspace_id),
    )


async def chart(visit: Visit) -> Response:
    """Draw the same figures."""
    svg = chart_of(await _table(visit, question_of(visit)))
    headers = {"Content-Security-Policy": IMAGE_POLICY}
    return Response(svg, headers=headers, media_type="image/svg+xml")


async def download(visit: Visit) -> Response:
    """Hand the same rows over as CSV."""
    question = question_of(visit)
    name = f"usage-by-{question.group}-{question.from_day}-{question.to_day}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_of(await _table(visit, question)), headers=headers, media_type="text/csv")


async def _table(visit: Visit, question: UsageQuestion) -> UsageTable:
    rows = await read_usage(
        visit.context.database,
        workspace_id=visit.workspace_id,
        from_day=question.from_day,
        to_day=question.to_day,
        group_by=[question.group],
    )
    return table_of(question.group, rows, await _names(visit, question.group))


async def _names(visit: Visit, group: str) -> dict[str, str]:
    if group == "bot":
        return await bot_names(visit.context.database, visit.workspace_id)
    if group == "key":
        return await key_names(visit.context.database, visit.workspace_id)
    if group == "model":
        return {model.id: model.name for model in visit.context.catalogue.models.values()}
    return {}


PAGES = [Page("/usage", show), Page("/usage/chart.svg", chart), Page("/usage.csv", download)]
