"""The usage pages over HTTP: what was asked stands in them, under names, and nothing of anybody else."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

from sqlalchemy import text

from services.dashboard.pages.usage_table import FIGURES
from tests.product import Product, Workspace
from tests.servers import until
from tests.visitor import Answer, Visitor

KEY = "sk-sim-ok-" + "u" * 24
CELL = re.compile(r"<(?:td|th)[^>]*>(?:<[^>]+>)*([^<]*)")


def lines(answer: Answer, part: str) -> list[list[str]]:
    """Return the cells of the table's rows in `tbody` or `tfoot`."""
    assert answer.status == 200, answer.text
    inside = answer.text.partition(f"<{part}>")[2].partition(f"</{part}>")[0]
    return [[unescape(cell) for cell in CELL.findall(line)] for line in inside.split("</tr>") if "<tr>" in line]


def figures(line: list[str]) -> dict[str, int]:
    """Return a row's figures by their names."""
    return {name: int(cell.replace(",", "")) for name, cell in zip(FIGURES, line[1:], strict=True)}


async def used(product: Product) -> tuple[Workspace, Visitor, dict[str, str]]:
    """Use a bot with a key, one of Mini, and one that is deleted after; return their ids by name."""
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", KEY)
    ids = {"key": key["id"]}
    for name, model in (("=Shop", "gpt-5-mini"), ("Mini", "mevichat:mini"), ("Gone", "gpt-5-mini")):
        bot = await workspace.add_bot(model)
        await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {"name": name})
        await workspace.ask(bot["token"], "Hello")
        ids[name] = bot["id"]
    product.simulator.set_scenario(KEY, "invalid_prompt")
    bot = await workspace.add_bot("gpt-5-mini", name="Fails")
    await workspace.ask(bot["token"], "Hello")
    await workspace.admin("DELETE", f"/api/bots/{ids['Gone']}")

    async def is_counted() -> bool:
        rows = (await workspace.admin("GET", "/api/usage"))[1]["rows"]
        return bool(rows and rows[0]["turns"] == 4)

    await until(is_counted)
    return workspace, await Visitor.of_workspace(workspace), ids


async def test_figures_by_each_group_add_up_to_one_total_with_estimates_and_failures_apart(product: Product) -> None:
    _, visitor, _ = await used(product)
    totals = []
    for group in ("day", "bot", "model", "provider", "key"):
        page = await visitor.get(f"/usage?group={group}")
        rows, (total,) = [figures(line) for line in lines(page, "tbody")], lines(page, "tfoot")
        totals.append(figures(total))
        assert totals[-1] == {name: sum(row[name] for row in rows) for name in FIGURES}
    assert totals == [totals[0]] * 5
    assert (totals[0]["turns"], totals[0]["failed_turns"], totals[0]["estimated_turns"]) == (4, 1, 1)
    assert totals[0]["input_tokens"] > totals[0]["estimated_input_tokens"] > 0


async def test_groups_have_names_and_the_file_holds_the_same_rows_without_formulas(product: Product) -> None:
    _, visitor, _ = await used(product)
    by_bot = lines(await visitor.get("/usage?group=bot"), "tbody")
    by_key = lines(await visitor.get("/usage?group=key"), "tbody")
    assert {line[0] for line in by_bot} == {"=Shop", "Mini", "Gone (deleted)", "Fails"}
    assert [line[0] for line in by_key] == ["OpenAI", "No key"]

    file = await visitor.get("/usage.csv?group=bot")

    header, *rows = csv.reader(io.StringIO(file.text))
    assert header == ["Bot", *FIGURES]
    assert file.headers["Content-Disposition"].startswith("attachment")
    written = {row[0]: row[1:] for row in rows}
    shown = {line[0]: [cell.replace(",", "") for cell in line[1:]] for line in by_bot}
    assert written == {name.replace("=Shop", "'=Shop"): cells for name, cells in shown.items()}


async def test_filters_stand_in_the_address_and_reach_the_chart_and_the_file(product: Product) -> None:
    _, visitor, ids = await used(product)

    page = await visitor.get("/usage?bot=mini&group=model")

    assert [line[0] for line in lines(page, "tbody")] == ["Mevichat Mini"]
    assert f"bot={ids['Mini']}" in unescape(page.text).partition("/usage/turns.svg?")[2].partition('"')[0]
    assert f"bot={ids['Mini']}" in unescape(page.text).partition("/usage.csv?")[2].partition('"')[0]
    assert 'value="Mini"' in page.text
    assert figures(lines(await visitor.get(f"/usage?key={ids['key']}"), "tfoot")[0])["turns"] == 3
    assert figures(lines(await visitor.get("/usage?provider=mevichat&key=none"), "tfoot")[0])["turns"] == 1
    assert "Nothing passes these filters" in (await visitor.get("/usage?model=gpt-5")).text


async def test_a_range_without_turns_says_so(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    page = await visitor.get("/usage?from=2020-01-01&to=2020-01-31")
    assert page.status == 200
    assert "No turns in this range" in page.text


async def test_a_wrong_field_has_a_sentence_and_the_others_are_kept(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)
    foreign = await stranger.add_bot("mevichat:mini")

    page = await visitor.get("/usage?from=2026-02-30&to=2026-03-01&group=model&bot=")

    assert page.status == 422
    assert 'id="from-problem">This is no day of the calendar; write one like 2026-01-31.' in page.text
    assert 'value="2026-03-01"' in page.text
    assert '<option value="model" selected>' in page.text
    answers = [await visitor.get(f"/usage?bot={bot}") for bot in (foreign["id"], "nobody")]
    assert [answer.status for answer in answers] == [422, 422]
    assert all("No bot of this workspace has this name or id." in answer.text for answer in answers)
    assert (await visitor.get("/usage/turns.svg?group=x")).status == 422


async def test_the_chart_is_an_image_of_its_own_for_light_and_dark(product: Product) -> None:
    _, visitor, _ = await used(product)
    chart = await visitor.get("/usage/turns.svg?group=bot")
    assert chart.headers["Content-Type"].startswith("image/svg+xml")
    assert "script-src" not in chart.headers["Content-Security-Policy"]
    assert "prefers-color-scheme: dark" in chart.text
    assert "<script" not in chart.text
    assert "=Shop" in chart.text


async def test_figures_that_are_still_being_counted_are_called_incomplete(product: Product) -> None:
    _, visitor, _ = await used(product)
    assert "not complete yet" not in (await visitor.get("/usage")).text
    await product.database.call(
        text(
            "UPDATE usage_events SET revised_at = now() - interval '5 minutes', rung_at = now(), revision = revision + 1"
        ),
    )
    assert "not complete yet" in (await visitor.get("/usage")).text
