"""docs/settings.md names every setting with its default, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from shared.settings import DEMO_NAMES, PREFIX, Settings

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(MEVICHAT_\w+)` \| (\S+) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"MEVICHAT_[A-Z_]+[A-Z]")


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def default_words(default: object) -> str:
    if default is None:
        return "none"
    return f"`{default}`"


def test_every_setting_stands_in_a_table_with_its_default() -> None:
    rows = {name: default for name, default, _ in ROW.findall(text())}
    expected = {PREFIX + name.upper(): default_words(field.default) for name, field in Settings.model_fields.items()}
    assert rows == expected


def test_no_setting_is_described_twice() -> None:
    names = [name for name, _, _ in ROW.findall(text())]
    assert len(names) == len(set(names))


def test_the_page_names_nothing_that_is_no_setting() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | DEMO_NAMES
    assert set(NAME.findall(text())) <= known
