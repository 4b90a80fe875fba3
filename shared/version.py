"""The product's version, as support and operators name it."""

from __future__ import annotations

PRODUCT_VERSION = "0.1.0"
