"""A bot's door at one gateway: ask, stream, retry, cancel, as a client would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from tests.product import Product, Workspace
from tests.servers import until

KEY = "sk-sim-ok-" + "d" * 24
HANGS: Mapping[str, Any] = {"delay_ms": 600_000}
WRITES_SLOWLY: Mapping[str, Any] = {"chunks": 40, "chunk_delay_ms": 50}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: HTTP status, JSON, headers."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def turn_id(self) -> str:
        """Return the turn that the answer speaks of."""
        return str(self.body["turn_id"] if "turn_id" in self.body else self.body["mevichat"]["turn_id"])

    @property
    def text(self) -> str:
        """Return what the end user reads."""
        return str(self.body["choices"][0]["message"]["content"])

    @property
    def code(self) -> str:
        """Return the error's code."""
        return str(self.body["error"]["code"])

    @property
    def turn_status(self) -> str:
        """Return how the turn stands."""
        return str(self.body["mevichat"]["status"])


@dataclass(slots=True)
class Streamed:
    """A streamed answer as far as it was read: the pieces of text and, at the end, what `mevichat` says."""

    answer: aiohttp.ClientResponse
    pieces: list[str] = field(default_factory=list)
    turn_id: str = ""
    model: str = ""
    mevichat: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the text that was read."""
        return "".join(self.pieces)

    async def read_first(self) -> None:
        """Read up to the first piece of text."""
        while not self.pieces:
            assert await self._read(), "the stream ended without text"

    async def read_all(self) -> None:
        """Read to the end."""
        while await self._read():
            pass

    async def _read(self) -> bool:
        line = await self.answer.content.readline()
        if not line or line == b"data: [DONE]\n":
            return False
        if line.startswith(b"data: "):
            self._take(orjson.loads(line.removeprefix(b"data: ")))
        return True

    def _take(self, chunk: dict[str, Any]) -> None:
        self.turn_id, self.model = chunk["id"].removeprefix("chatcmpl-"), chunk["model"]
        self.mevichat = chunk.get("mevichat", self.mevichat)
        self.pieces += [piece for choice in chunk["choices"] if (piece := choice["delta"].get("content"))]


@dataclass(frozen=True, slots=True)
class Door:
    """One bot at one gateway."""

    product: Product
    token: str
    url: str

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Call the chat API."""
        async with self.product.http.request(
            method, self.url + path, json=body, headers=self._headers(headers)
        ) as answer:
            return Answered(answer.status, await answer.json(), answer.headers)

    async def ask(self, text: str, *, headers: Mapping[str, str] | None = None, **fields: Any) -> Answered:
        """Send one message and wait for the whole reply."""
        return await self.call("POST", "/chat/completions", _body(text, fields), **(headers or {}))

    async def ask_later(self, text: str, *, headers: Mapping[str, str] | None = None, **fields: Any) -> Answered:
        """Send one message and wait for nothing."""
        return await self.ask(text, headers={"Prefer": "respond-async", **(headers or {})}, **fields)

    @asynccontextmanager
    async def streaming(
        self, text: str, *, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> AsyncIterator[Streamed]:
        """Send one message and open its stream."""
        body = _body(text, {"stream": True, **fields})
        async with self.product.http.post(
            self.url + "/chat/completions", json=body, headers=self._headers(headers or {})
        ) as answer:
            assert answer.status == 200, await answer.text()
            yield Streamed(answer)

    async def stream(self, text: str, *, headers: Mapping[str, str] | None = None, **fields: Any) -> Streamed:
        """Send one message and read its stream to the end."""
        async with self.streaming(text, headers=headers, **fields) as stream:
            await stream.read_all()
            return stream

    async def turn(self, turn_id: str) -> dict[str, Any]:
        """Show a turn."""
        return (await self.call("GET", f"/turns/{turn_id}")).body

    async def turns(self, conversation: str) -> list[dict[str, Any]]:
        """Show a conversation's turns; none when it does not exist yet."""
        found: list[dict[str, Any]] = (await self.call("GET", f"/conversations/{conversation}")).body.get("turns", [])
        return found

    async def retry(self, turn_id: str) -> Answered:
        """Retry a turn by hand."""
        return await self.call("POST", f"/turns/{turn_id}/retry")

    async def cancel(self, turn_id: str) -> Answered:
        """Cancel a turn."""
        return await self.call("POST", f"/turns/{turn_id}/cancel")

    async def events(self, turn_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Follow a turn by its events to their end."""
        url = f"{self.url}/turns/{turn_id}/events"
        async with self.product.http.get(url, headers=self._headers({})) as answer:
            return _events(await answer.text())

    async def until(self, turn_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until the turn stands at one of these; return it."""
        turn: dict[str, Any] = {}

        async def is_there() -> bool:
            nonlocal turn
            turn = await self.turn(turn_id)
            return turn["status"] in statuses

        await until(is_there)
        return turn

    async def until_in(self, conversation: str, *statuses: str) -> list[dict[str, Any]]:
        """Wait until a conversation's turns stand like this, in order; return them."""
        turns: list[dict[str, Any]] = []

        async def is_there() -> bool:
            nonlocal turns
            turns = await self.turns(conversation)
            return tuple(turn["status"] for turn in turns) == statuses

        await until(is_there)
        return turns

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **headers}


def with_key(key: str) -> dict[str, str]:
    """Return the header of an idempotent request."""
    return {"Idempotency-Key": key}


async def open_doors(workspace: Workspace, model: str = "gpt-5-mini", **behaviour: Any) -> list[Door]:
    """Make a bot on a key that behaves like this; return its door at every gateway."""
    product = workspace.product
    if model != "mevichat:mini":
        await workspace.add_key("openai", KEY)
        product.simulator.set_behaviour(KEY, **behaviour)
    bot = await workspace.add_bot(model)
    return [Door(product, bot["token"], url) for url in product.chat_urls]


def chat_calls(product: Product) -> int:
    """Return how often the provider was asked for a bot's answer; saving the key asked once and listed once."""
    return product.simulator.calls_of(KEY) - 2


async def used_messages(workspace: Workspace) -> int:
    """Return the messages that the workspace has used this month."""
    return int((await workspace.admin("GET", "/api/quota"))[1]["used"])


def _body(text: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": "default", "messages": [{"role": "user", "content": text}], **fields}


def _events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], orjson.loads(fields["data"])))
    return found
