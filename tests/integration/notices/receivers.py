"""Real receivers of notices: an HTTP server and a mail server, on free ports of the loopback interface."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import orjson
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope

from infra.embedded.free_port import free_port


@dataclass(frozen=True, slots=True)
class Post:
    """One request that the receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Return the body."""
        value: dict[str, Any] = orjson.loads(self.body)
        return value


@dataclass(slots=True)
class Receiver:
    """A webhook's receiver; `status` and `location` are what it answers."""

    url: str = ""
    status: int = 204
    location: str | None = None
    posts: list[Post] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep the request and answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posts.append(Post(request.path_qs, headers, await request.read()))
        return web.Response(status=self.status, headers={"Location": self.location} if self.location else None)


@dataclass(slots=True)
class Mailbox:
    """A mail server's messages; `refuses` makes it refuse every recipient."""

    port: int = 0
    refuses: bool = False
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take or refuse a recipient."""
        if self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@asynccontextmanager
async def running_receiver(port: int | None = None, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Serve a webhook's receiver until the block ends."""
    chosen = port or free_port()
    receiver = Receiver(url=f"http://127.0.0.1:{chosen}/notices")
    app = web.Application()
    app.router.add_post("/notices", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", chosen, ssl_context=tls).start()
    try:
        yield receiver
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running_mailbox(**options: Any) -> AsyncIterator[Mailbox]:
    """Run a mail server until the block ends; the options are aiosmtpd's own."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, **options), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


def is_signed(post: Post, secret: str) -> bool:
    """Verify the signature as Standard Webhooks says, with nothing of ours."""
    signed = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode() + post.body
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, post.headers["webhook-signature"])
