"""The fields that a page's own form has, found on the pages of the dashboard."""

from __future__ import annotations

import re
from typing import Any

from services.dashboard.pages.page import Page
from tests.integration.dashboard.walk import PARAMETER, path_with
from tests.visitor import Visitor

FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
TEXT = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
_known: dict[str, frozenset[str]] = {}


async def fields_of_page(page: Page, visitor: Visitor, ids: dict[str, str]) -> dict[str, Any]:
    """Return a schema of the page's form; fields do not change from one workspace to the next."""
    if page.path not in _known:
        found: set[str] = {"unknown"}
        for one in ids.values() if PARAMETER.search(page.path) else ("",):
            found |= set(FIELD.findall((await visitor.get(path_with(page, one))).text))
        _known[page.path] = frozenset(found - {"csrf"})
    return {"type": "object", "properties": dict.fromkeys(sorted(_known[page.path]), TEXT)}
