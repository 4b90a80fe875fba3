"""How a client's program says what it saw: a JSON object a line. It runs in the client's own environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

URL, TOKEN = os.environ["CHAT_URL"], os.environ["BOT_TOKEN"]
POOR_TOKEN = os.environ["POOR_TOKEN"]
"""Of a bot whose workspace has no message left."""
BROKEN_TOKEN = os.environ["BROKEN_TOKEN"]
"""Of a bot whose provider fails."""
WRONG_TOKEN = "mvb_" + "w" * 43
APOLOGY = "I'm having trouble reaching the AI right now, please try again."
WORKS = "works"
IMAGE = "data:image/png;base64,iVBORw0KGgo="
TOOL: dict[str, Any] = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}


def run_cases(cases: dict[str, Callable[[], Any]]) -> None:
    """Run each and say how it went: `works` for True, else the words it returns, or the exception with its status."""
    for name, case in cases.items():
        try:
            seen = case()
            outcome = WORKS if seen is True else seen if isinstance(seen, str) else f"wrong: {seen!r}"
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what its user sees
            status = getattr(error, "status_code", None)
            outcome = f"{type(error).__name__} {status}" if status else f"{type(error).__name__}: {error}"
        print(json.dumps({"case": name, "outcome": outcome[:300]}), flush=True)  # noqa: T201 - the answer
