"""What `mevichat up` says once everything answers."""

from __future__ import annotations

import time
from collections.abc import Mapping

from infra.cli.demo import QUESTION, Demo
from infra.cli.health import is_ready

LOOK_AGAIN_SECONDS = 0.1
COMPLAIN_AFTER_SECONDS = 60


def announce_when_ready(health: Mapping[str, str], demo: Demo, *, began_at: float) -> None:
    """Wait until each of these health addresses answers 200, then print how to reach the product.

    `began_at` is what `time.monotonic()` said when the start began.
    """
    waiting, complained = dict(health), False
    while waiting := {name: url for name, url in waiting.items() if not is_ready(url)}:
        if not complained and time.monotonic() - began_at > COMPLAIN_AFTER_SECONDS:
            _say(f"Still not ready after {COMPLAIN_AFTER_SECONDS} s: {', '.join(waiting)}. Their lines above say why.")
            complained = True
        time.sleep(LOOK_AGAIN_SECONDS)
    _say(words_of(demo, seconds=time.monotonic() - began_at))


def words_of(demo: Demo, *, seconds: float) -> str:
    """Return the lines that greet whoever started the product."""
    return f"""
Mevichat is up after {seconds:.1f} s. Ctrl-C stops it; the data stays.

  Dashboard    {demo.dashboard_url}
  Login        {demo.admin_token}   (admin token of the workspace Demo)
  Chat API     {demo.chat_url}
  Bot token    {demo.bot_token}   (Demo bot, on Mevichat Mini)

Ask the demo bot:

  curl {demo.chat_url}/chat/completions \\
    -H "Authorization: Bearer {demo.bot_token}" -H "Content-Type: application/json" \\
    -d '{{"model": "default", "messages": [{{"role": "user", "content": "{QUESTION}"}}]}}'
"""


def _say(text: str) -> None:
    print(text, flush=True)
