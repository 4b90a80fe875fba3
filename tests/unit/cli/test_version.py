"""The version that support reads is the version that is built."""

from __future__ import annotations

import tomllib
from pathlib import Path

from shared.version import PRODUCT_VERSION

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_the_version_that_support_reads_is_the_projects() -> None:
    assert tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"] == PRODUCT_VERSION
