"""`mevichat chat BOT`: talk to a bot in the terminal, word by word."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp
import orjson
from rich.console import Console
from rich.markup import escape

from shared.ids import new_id

GOODBYE = "Type a message; an empty line, Ctrl-D or Ctrl-C ends the chat."


async def chat(chat_url: str, token: str, console: Console) -> None:
    """Send each line that is typed as one message of a new conversation and print the reply as it comes."""
    conversation = f"terminal-{new_id()}"
    console.print(f"[dim]{GOODBYE}[/dim]")
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        while text := _read_line(console):
            body = {"model": "default", "conversation": conversation, "stream": True}
            body["messages"] = [{"role": "user", "content": text}]
            async with session.post(f"{chat_url}/chat/completions", json=body) as answer:
                if not answer.ok:
                    console.print(f"[red]{(await answer.json())['error']['message']}[/red]")
                    continue
                await _print_reply(answer, console)


def _read_line(console: Console) -> str:
    # the event loop's own handler would wait until the line is typed
    loops_handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return console.input("[bold]you[/bold]  ").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()
        return ""
    finally:
        signal.signal(signal.SIGINT, loops_handler)


async def _print_reply(answer: aiohttp.ClientResponse, console: Console) -> None:
    console.print("[bold]bot[/bold]  ", end="")
    said = ""
    async for chunk in _chunks(answer):
        for choice in chunk.get("choices", []):
            text = choice["delta"].get("content") or ""
            said += text
            console.print(text, end="", markup=False, highlight=False)
        ours = chunk.get("mevichat") or {}
        sources = unnamed_sources(said, ours.get("sources") or ())
        if sources:
            console.print(f"\n[dim]{escape(sources)}[/dim]", end="", highlight=False)
        error = ours.get("error")
        if error:
            console.print(f"\n[yellow]{error['reason']}[/yellow]", end="")
    console.print()


def unnamed_sources(said: str, sources: Sequence[Mapping[str, Any]]) -> str:
    """Name the sources that the reply does not name itself, as built-in Mini does; empty when there is none."""
    unnamed = [source for source in sources if f": {source['title']}" not in said]
    named = "; ".join(f"{source['title']}, passage {source['passage']}" for source in unnamed)
    return f"Sources: {named}" if named else ""


async def _chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.content:
        data = line.removeprefix(b"data: ").strip()
        if line.startswith(b"data: ") and data != b"[DONE]":
            yield orjson.loads(data)
