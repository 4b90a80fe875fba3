"""Clients that ask until they are told to stop, and remember what they were told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from tests.faults.evidence import Seen
from tests.faults.questions import Question

CLIENTS = 24
TRIES_FOR_SECONDS = 120
PAUSE_SECONDS = 0.2
ANSWER_SECONDS = aiohttp.ClientTimeout(total=150, sock_connect=5)
AWAY = (aiohttp.ClientError, TimeoutError, ConnectionError)


@dataclass(frozen=True, slots=True)
class Bot:
    token: str
    workspace: str
    is_calm: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """When a client asked, by the driver's monotonic clock, and how long it waited for the whole answer."""

    workspace: str
    started: float
    seconds: float


@dataclass(slots=True)
class Clients:
    """Many at once on one gateway. `timings` of whole answers, as they came; the bots of a `spared` workspace rest."""

    http: aiohttp.ClientSession
    url: str
    bots: Sequence[Bot]
    source: Iterator[Question]
    seen: list[Seen] = field(default_factory=list)
    timings: list[Timing] = field(default_factory=list)
    spared: str = ""

    async def drive(self, at_least: int, meanwhile: asyncio.Future[Any]) -> None:
        """Ask at least so many questions, and on until `meanwhile` is done; return when all are answered."""
        left = iter(range(at_least))

        async def one() -> None:
            while next(left, None) is not None or not meanwhile.done():
                await self.ask(next(one for one in self.source if self.bots[one.bot].workspace != self.spared))

        await asyncio.gather(*(one() for _ in range(CLIENTS)))

    async def ask(self, question: Question) -> Seen:
        """Ask one question; one with a key is asked again until the product has said what became of it."""
        gives_up_at = time.monotonic() + TRIES_FOR_SECONDS
        while True:
            started = time.monotonic()
            seen = await self._try(question)
            is_known = seen.turn_id is not None and (question.door == "async" or seen.status is not None)
            if is_known or not question.is_keyed or time.monotonic() > gives_up_at:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        self.seen.append(seen)
        if question.door == "whole" and seen.status == "completed":
            workspace = self.bots[question.bot].workspace
            self.timings.append(Timing(workspace, started, time.monotonic() - started))
        return seen

    async def _try(self, question: Question) -> Seen:
        body: dict[str, Any] = {"model": "default", "messages": [{"role": "user", "content": question.text}]}
        if question.conversation is not None:
            body["conversation"] = question.conversation
        body |= {"stream": True} if question.door == "stream" else {}
        told = Told()
        try:
            async with self.http.post(
                self.url + "/chat/completions", json=body, headers=self._headers(question), timeout=ANSWER_SECONDS
            ) as answer:
                await told.read(answer)
        except AWAY:
            pass
        return Seen(question.name, told.turn_id, told.status)

    def _headers(self, question: Question) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.bots[question.bot].token}"}
        headers |= {"Prefer": "respond-async"} if question.door == "async" else {}
        return headers | ({"Idempotency-Key": question.name} if question.is_keyed else {})


@dataclass(slots=True)
class Told:
    """What an answer said, as far as it came."""

    turn_id: str | None = None
    status: str | None = None

    async def read(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status not in (200, 202):
            await answer.read()
        elif answer.content_type == "text/event-stream":
            async for line in answer.content:
                if line.startswith(b"data: {"):
                    self._take(orjson.loads(line.removeprefix(b"data: ")))
        elif answer.status == 202:
            self.turn_id = (await answer.json())["turn_id"]
        else:
            self._take(await answer.json())

    def _take(self, body: dict[str, Any]) -> None:
        self.turn_id = body["id"].removeprefix("chatcmpl-")
        if "mevichat" in body:
            self.status = body["mevichat"]["status"]
