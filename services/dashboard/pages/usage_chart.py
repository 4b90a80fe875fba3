"""The usage table as a chart: an SVG image of its own, light and dark by the reader's preference."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from services.dashboard.pages.usage_table import UsageRow, UsageTable, shortened, sum_of

MOST_BARS = 8
MOST_DAYS = 120
MOST_STEPS = 5
MOST_NAMED = 10
OWN_SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
"""The library writes its settings into every image; nothing of ours runs them. Names are escaped before."""
DARK = """
@media (prefers-color-scheme: dark) {
  .plot .background, .graph > .background { fill: transparent !important; }
  text { fill: #e9ede9 !important; }
  .axis path, .guide.line { stroke: #36403c !important; }
  .color-0, .color-0 * { fill: #8fd0bb !important; stroke: #8fd0bb !important; }
  .color-1, .color-1 * { fill: #f4a09a !important; stroke: #f4a09a !important; }
}
"""


def chart_of(table: UsageTable, from_day: date, to_day: date) -> bytes:
    """Return bars of ended turns, the failed apart: upright by day or week, else the largest groups and the rest.

    By day, every day from `from_day` to `to_day` has its place, also one without turns.
    """
    if table.group == "day":
        days = _every_day(table.rows, from_day, to_day)
        rows = _by_week(days) if len(days) > MOST_DAYS else days
        return _svg(_library().StackedBar(_config(named=MOST_NAMED)), rows)
    largest = [replace(row, name=f"{row.name}: {row.figures['turns']:,}") for row in shortened(table, MOST_BARS).rows]
    return _svg(_library().HorizontalStackedBar(_config()), largest[::-1])


def _every_day(rows: Sequence[UsageRow], from_day: date, to_day: date) -> list[UsageRow]:
    by_day = {row.name: row for row in rows}
    names = [str(from_day + timedelta(days=number)) for number in range((to_day - from_day).days + 1)]
    return [by_day.get(name, UsageRow(name, sum_of(()))) for name in names]


def _by_week(days: Sequence[UsageRow]) -> list[UsageRow]:
    """Return one row for each week, named by its Monday; the first and the last may be parts of weeks."""
    weeks: dict[date, list[UsageRow]] = {}
    for row in days:
        day = date.fromisoformat(row.name)
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [UsageRow(f"week of {monday}", sum_of(rows)) for monday, rows in weeks.items()]


@cache
def _library() -> Any:
    """Load the library at the first chart, without the finder that it leaves in `sys.meta_path` for its plug-ins.

    The finder knows only a protocol that Python has given up, and makes every later import warn.
    """
    import pygal  # noqa: PLC0415

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _config(named: int | None = None) -> Any:
    """Return how a chart looks; `named`: of upright bars only so many bear their name."""
    config = _library().Config()
    config.style, config.width, config.height = _style(), 1100, 320
    config.js, config.pretty_print, config.disable_xml_declaration = (), False, True
    config.show_x_guides, config.legend_at_bottom, config.print_values = False, True, False
    if named is not None:
        config.x_labels_major_count, config.show_minor_x_labels = named, False
    config.truncate_label, config.margin, config.spacing = -1, 8, 10
    config.legend_box_size, config.legend_at_bottom_columns = 14, 2
    config.explicit_size, config.no_data_text = False, ""
    config.value_formatter = lambda value: f"{value:,.0f}"
    return config


def _ticks(most: int) -> list[int]:
    """Return round numbers from 0 to what `most` needs, six at most."""
    size = 10 ** max(len(str(most)) - 2, 0)
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size, 20 * size) if step * MOST_STEPS >= most)
    return [number * step for number in range(-(-most // step) + 1)]


def _style() -> Any:
    return _library().style.Style(
        background="transparent",
        plot_background="transparent",
        foreground="#1e2422",
        foreground_strong="#1e2422",
        foreground_subtle="#5a6461",
        colors=("#24594a", "#9c2420"),
        guide_stroke_color="#d9dcd6",
        major_guide_stroke_color="#d9dcd6",
        guide_stroke_dasharray="1",
        major_guide_stroke_dasharray="1",
        font_family="system-ui, sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        opacity="1",
        transition="none",
    )


def _svg(chart: Any, rows: Sequence[UsageRow]) -> bytes:
    chart.x_labels = [row.name for row in rows]
    chart.y_labels = _ticks(max((row.figures["turns"] for row in rows), default=0))
    chart.add("answered", [row.figures["turns"] - row.figures["failed_turns"] for row in rows])
    chart.add("failed", [row.figures["failed_turns"] for row in rows])
    svg = OWN_SCRIPT.sub("", chart.render()).replace("<title>Pygal</title>", "<title>Turns</title>", 1)
    head, _, tail = svg.rpartition("</svg>")
    return f"{head}<style>{DARK}</style></svg>{tail}".encode()
