"""The usage table as a chart: an SVG image of its own, light and dark by the reader's preference."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from services.dashboard.pages.usage_table import UsageTable

MOST_BARS = 8
OWN_SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
"""The library writes its settings into every image; nothing of ours runs them. Names are escaped before."""
DARK = """
@media (prefers-color-scheme: dark) {
  .plot .background, .graph > .background { fill: transparent !important; }
  text { fill: #e9ede9 !important; }
  .axis path, .guides { stroke: #36403c !important; }
  .color-0, .color-0 * { fill: #8fd0bb !important; stroke: #8fd0bb !important; }
  .color-1, .color-1 * { fill: #f4a09a !important; stroke: #f4a09a !important; }
}
"""


def chart_of(table: UsageTable) -> bytes:
    """Return bars of ended turns, the failed apart: upright by day, else the largest and the rest."""
    charts = _library()
    if table.group == "day":
        return _svg(charts.StackedBar(_config(len(table.rows))), table.rows)
    largest = sorted(table.rows, key=lambda row: row[1]["turns"], reverse=True)
    shown, rest = largest[:MOST_BARS], largest[MOST_BARS:]
    if rest:
        others = {figure: sum(figures[figure] for _, figures in rest) for figure in ("turns", "failed_turns")}
        shown.append((f"{len(rest)} others", others))
    return _svg(charts.HorizontalBar(_config(len(shown))), shown[::-1])


@cache
def _library() -> Any:
    """Load the library at the first chart, without the finder that it leaves in `sys.meta_path` for its plug-ins.

    The finder knows only a protocol that Python has given up, and makes every later import warn.
    """
    import pygal  # noqa: PLC0415

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _config(bars: int) -> Any:
    config = _library().Config()
    config.style, config.width, config.height = _style(), 1100, 320
    config.js, config.pretty_print, config.disable_xml_declaration = (), False, True
    config.show_x_guides, config.legend_at_bottom, config.print_values = False, True, False
    config.x_labels_major_count, config.show_minor_x_labels = min(bars, 10), False
    config.truncate_label, config.y_labels_major_count, config.show_minor_y_labels = -1, 5, False
    config.explicit_size, config.no_data_text = False, ""
    config.value_formatter = lambda value: f"{value:,.0f}"
    return config


def _style() -> Any:
    return _library().style.Style(
        background="transparent",
        plot_background="transparent",
        foreground="#1e2422",
        foreground_strong="#1e2422",
        foreground_subtle="#5a6461",
        colors=("#24594a", "#9c2420"),
        font_family="system-ui, sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        opacity="1",
    )


def _svg(chart: Any, rows: Sequence[tuple[str, Mapping[str, int]]]) -> bytes:
    chart.x_labels = [name for name, _ in rows]
    chart.add("answered", [figures["turns"] - figures["failed_turns"] for _, figures in rows])
    chart.add("failed", [figures["failed_turns"] for _, figures in rows])
    svg = OWN_SCRIPT.sub("", chart.render())
    head, _, tail = svg.rpartition("</svg>")
    return f"{head}<style>{DARK}</style></svg>{tail}".encode()
