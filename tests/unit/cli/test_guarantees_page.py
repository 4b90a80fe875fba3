"""docs/guarantees.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`(tests/\S+\.py)(?:::(test_\w+))?`")


def test_every_test_that_a_promise_names_exists() -> None:
    pages = [ROOT / "docs" / "guarantees.md", ROOT / "SECURITY.md"]
    named = [found for page in pages for found in NAMED.findall(page.read_text(encoding="utf-8"))]

    assert len(named) > 30
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no {test}"
