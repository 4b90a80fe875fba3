"""What `mevichat up` says once everything answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from infra.cli.demo import QUESTION, Demo

LOOK_AGAIN_SECONDS = 0.1
ANSWER_WITHIN_SECONDS = 4
COMPLAIN_AFTER_SECONDS = 60
LOOPBACK = "127.0.0.1"
READY = b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
SIMULATED = """
  Simulator    {url}   stands in for both providers; keys that work: sk-sim-ok-1 (OpenAI),
               sk-ant-sim-ok-1 (Anthropic), and any other that begins with sk-sim-ok- or sk-ant-sim-ok-
"""


async def announce_when_ready(
    ports: Mapping[str, int], demo: Demo, *, simulator_port: int | None, began_at: float
) -> None:
    """Wait until each process is ready on its port of this machine, then print how to reach the product.

    `began_at` is what `time.monotonic()` said when the start began.
    """
    waiting, complained = dict(ports), False
    while waiting := {name: port for name, port in waiting.items() if not await _is_ready(port)}:
        if not complained and time.monotonic() - began_at > COMPLAIN_AFTER_SECONDS:
            _say(f"Still not ready after {COMPLAIN_AFTER_SECONDS} s: {', '.join(waiting)}. Their lines above say why.")
            complained = True
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    _say(words_of(demo, simulator_port=simulator_port, seconds=time.monotonic() - began_at))


def words_of(demo: Demo, *, simulator_port: int | None, seconds: float) -> str:
    """Return the lines that greet whoever started the product."""
    simulated = "" if simulator_port is None else SIMULATED.format(url=f"http://{LOOPBACK}:{simulator_port}")
    return f"""
Mevichat is up after {seconds:.1f} s. Ctrl-C stops it; the data stays.

  Dashboard    {demo.dashboard_url}
  Login        {demo.admin_token}   (admin token of the workspace Demo)
  Chat API     {demo.chat_url}
  Bot token    {demo.bot_token}   (Demo bot, on Mevichat Mini)
{simulated}
Ask the demo bot:

  curl {demo.chat_url}/chat/completions \\
    -H "Authorization: Bearer {demo.bot_token}" -H "Content-Type: application/json" \\
    -d '{{"model": "default", "messages": [{{"role": "user", "content": "{QUESTION}"}}]}}'
"""


async def _is_ready(port: int) -> bool:
    # by hand: what else speaks HTTP does it in threads or costs an import, and there may be forks to come
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(READY)
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except OSError:
        return False


def _say(text: str) -> None:
    print(text, flush=True)
