"""A bot bridge: each TCP connection is a conversation, each line a message, each reply a line.

`python -m infra.examples.line_bridge --port 7000`, then `nc 127.0.0.1 7000`. It takes the product's addresses from the
settings or from the data folder, and the bot's token from `MEVICHAT_BOT_TOKEN`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import uvloop

from infra.cli.addresses import with_kept_addresses
from shared.errors import MevichatError
from shared.ids import new_id
from shared.logs import configure_logs
from shared.producer import Refusal, TurnProducer, TurnRequest
from shared.settings import load_settings
from shared.signals import stop_on_signals

ANSWERED_WITHIN_SECONDS = 60
"""Nobody waits longer at a socket; what is not answered by then ends as expired."""


class LineBridge:
    """Takes lines in and gives lines out; only open connections are remembered."""

    def __init__(self, producer: TurnProducer) -> None:
        self._producer = producer
        self._connections: dict[str, asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Submit what one connection says, line by line, until it is closed."""
        conversation = str(new_id())
        self._connections[conversation] = writer
        try:
            number = 0
            async for line in reader:
                number += 1
                await self._submit(line.decode(errors="replace").strip(), conversation, number, writer)
        except (ConnectionError, ValueError):  # it is gone, or its line is too long to be one
            pass
        finally:
            del self._connections[conversation]
            writer.close()

    async def answer(self) -> None:
        """Bring each reply to its connection; one whose connection is gone has nobody to go to."""
        async for reply in self._producer.replies():
            writer = self._connections.get(reply.conversation or "")
            if writer is not None:
                await _say(writer, reply.text)

    async def _submit(self, text: str, conversation: str, number: int, writer: asyncio.StreamWriter) -> None:
        if not text:
            return
        # the key makes a line one turn, however often submitting it is tried
        request = TurnRequest(
            text=text,
            conversation=conversation,
            idempotency_key=f"{conversation}-{number}",
            deadline_seconds=ANSWERED_WITHIN_SECONDS,
        )
        decision = await self._producer.submit_patiently(request, ANSWERED_WITHIN_SECONDS)
        if isinstance(decision, Refusal):
            await _say(writer, decision.message)


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    try:
        writer.write(" ".join(text.split()).encode() + b"\n")
        await writer.drain()
    except ConnectionError:
        return


async def run(host: str, port: int, token: str) -> None:
    """Serve until told to stop."""
    stop = stop_on_signals()
    # replies go to the process that has the connection: so each process has a name of its own
    async with TurnProducer(
        f"line-bridge-{port}", token=token, settings=with_kept_addresses(load_settings())
    ) as producer:
        bridge = LineBridge(producer)
        answering = asyncio.create_task(bridge.answer())
        server = await asyncio.start_server(bridge.serve, host, port)
        print(f"Talk to the bot: nc {host} {port}", flush=True)
        await stop.wait()
        server.close()
        answering.cancel()


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m infra.examples.line_bridge", description="Lines in, replies out.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7000)
    arguments = parser.parse_args()
    configure_logs("warning")
    try:
        uvloop.run(run(arguments.host, arguments.port, os.environ.get("MEVICHAT_BOT_TOKEN", "")))
    except MevichatError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
