"""Stacked bars as an SVG image of its own: light and dark by the reader's preference, series told apart by pattern too."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

MOST_STEPS = 5
MOST_NAMED = 10
BAR, BEYOND_BARS = 44, 88
"""The height of a lying bar, and of what stands below the bars, in the image's own units."""
OWN_SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
"""The library writes its settings into every image; nothing of ours runs them. Names are escaped before."""
INK = {"light": "#1e2422", "dark": "#e9ede9"}
PAPER = {"light": "#ffffff", "dark": "#1c2220"}
LINE = {"light": "#d9dcd6", "dark": "#36403c"}
GREEN = ("#24594a", "#8fd0bb")
RED = ("#9c2420", "#f4a09a")
BLUE = ("#2b5fa8", "#9dc0f0")
GREY = ("#5a6461", "#a3aeaa")
PATTERNS = (
    "",
    '<rect class="paper" width="2.5" height="7"/>',
    '<circle class="paper" cx="3.5" cy="3.5" r="1.7"/>',
)
"""What is cut out of the first, second and third series' colour: nothing, stripes, dots."""


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every bar: its name, its colour on light and dark paper, its number for each bar."""

    name: str
    colour: tuple[str, str]
    values: Sequence[int]


def upright_bars(title: str, names: Sequence[str], series: Sequence[Series]) -> bytes:
    """Draw bars that stand in their order; of many only some bear their name."""
    config = _config(series)
    config.x_labels_major_count, config.show_minor_x_labels = MOST_NAMED, False
    return _svg(_library().StackedBar(config), title, names, series)


def lying_bars(title: str, names: Sequence[str], series: Sequence[Series]) -> bytes:
    """Draw bars that lie below each other, the first on top."""
    turned = [Series(each.name, each.colour, each.values[::-1]) for each in series]
    config = _config(series)
    config.height = min(BEYOND_BARS + BAR * len(names), config.height)
    return _svg(_library().HorizontalStackedBar(config), title, names[::-1], turned)


@cache
def _library() -> Any:
    """Load the library at the first chart, without the finder that it leaves in `sys.meta_path` for its plug-ins.

    The finder knows only a protocol that Python has given up, and makes every later import warn.
    """
    import pygal  # noqa: PLC0415

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _config(series: Sequence[Series]) -> Any:
    config = _library().Config()
    config.style, config.width, config.height = _style(), 1100, 320
    config.js, config.pretty_print, config.disable_xml_declaration = (), False, True
    config.show_x_guides, config.legend_at_bottom, config.print_values = False, True, False
    config.truncate_label, config.truncate_legend, config.margin, config.spacing = -1, -1, 8, 10
    config.margin_right = 36  # half of the last number below lying bars
    config.legend_box_size = 14
    config.legend_at_bottom_columns = len(series)  # with more the library leaves no room for the legend
    config.explicit_size, config.no_data_text = False, ""
    config.value_formatter = lambda value: f"{value:,.0f}"
    return config


def _style() -> Any:
    return _library().style.Style(
        background="transparent",
        plot_background="transparent",
        foreground=INK["light"],
        foreground_strong=INK["light"],
        foreground_subtle=GREY[0],
        guide_stroke_color=LINE["light"],
        major_guide_stroke_color=LINE["light"],
        guide_stroke_dasharray="1",
        major_guide_stroke_dasharray="1",
        font_family="system-ui, sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        opacity="1",
        transition="none",
    )


def _svg(chart: Any, title: str, names: Sequence[str], series: Sequence[Series]) -> bytes:
    chart.x_labels = names
    chart.y_labels = _ticks(
        max((sum(parts) for parts in zip(*(each.values for each in series), strict=True)), default=0)
    )
    for each in series:
        chart.add(each.name, list(each.values))
    svg = OWN_SCRIPT.sub("", chart.render()).replace("<title>Pygal</title>", f"<title>{title}</title>", 1)
    head, _, tail = svg.rpartition("</svg>")
    return f"{head}<defs>{_patterns(series)}</defs><style>{_colours(series)}</style></svg>{tail}".encode()


def _ticks(most: int) -> list[int]:
    """Return round numbers from 0 to what `most` needs, six at most."""
    size = 10 ** max(len(str(most)) - 2, 0)
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size, 20 * size) if step * MOST_STEPS >= most)
    return [number * step for number in range(-(-most // step) + 1)]


def _patterns(series: Sequence[Series]) -> str:
    return "".join(
        f'<pattern id="pattern-{number}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="ink-{number}" width="7" height="7"/>{cut}</pattern>'
        for number, (_, cut) in enumerate(zip(series, PATTERNS, strict=False))
    )


def _colours(series: Sequence[Series]) -> str:
    fills = "".join(
        f".color-{number}, .color-{number} * {{ fill: url(#pattern-{number}) !important }}"
        for number in range(len(series))
    )
    light, dark = ("".join(_colour(number, each.colour[on]) for number, each in enumerate(series)) for on in (0, 1))
    return (
        f"{fills} {light} .paper {{ fill: {PAPER['light']} }} @media (prefers-color-scheme: dark) {{ {dark} "
        f".paper {{ fill: {PAPER['dark']} }} text {{ fill: {INK['dark']} !important }} "
        f".axis path, .guide.line {{ stroke: {LINE['dark']} !important }} }}"
    )


def _colour(number: int, colour: str) -> str:
    return f".ink-{number} {{ fill: {colour} }} .color-{number}, .color-{number} * {{ stroke: {colour} !important }}"
