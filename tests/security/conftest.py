"""The whole product, once per test."""

from __future__ import annotations

from tests.integration.conftest import product

__all__ = ["product"]
