"""Sends a notice to a workspace's webhook: signed, to public addresses only, no redirects, the answer unread."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

import aiohttp
from standardwebhooks import Webhook

from services.workers.notices.resolver import AddressRefusedError, NameUnresolvedError, PublicResolver
from shared.domain.notices import DeliveryError
from shared.domain.secret import Secret
from shared.domain.webhook_url import problem_with_webhook_url
from shared.errors import MevichatError

ANSWER_BYTES: Final = 4096
"""The most that is buffered of an answer; its body is never read."""
OK_STATUSES = range(200, 300)
REDIRECTS = range(300, 400)
REASONS: tuple[tuple[type[Exception], DeliveryError], ...] = (
    (AddressRefusedError, DeliveryError.ADDRESS_REFUSED),
    (NameUnresolvedError, DeliveryError.NAME_UNRESOLVED),
    (TimeoutError, DeliveryError.TIMEOUT),
    (aiohttp.ClientSSLError, DeliveryError.CERTIFICATE_REFUSED),
    (Exception, DeliveryError.CONNECTION),
)
"""The first kind that fits decides, so the special ones stand above the general one."""


class WebhookSender:
    """Posts notices; every delivery resolves, checks and connects anew."""

    def __init__(self, session: aiohttp.ClientSession, *, allow_private: bool) -> None:
        self._session = session
        self._allow_private = allow_private

    @classmethod
    @asynccontextmanager
    async def open(
        cls, *, concurrency: int, timeout_seconds: float, allow_private: bool
    ) -> AsyncIterator[WebhookSender]:
        """Open a sender of so many deliveries at once, and close it after."""
        resolver = PublicResolver(allow_private=allow_private)
        connector = aiohttp.TCPConnector(
            limit=concurrency,
            resolver=resolver,
            ssl=ssl.create_default_context(),
            use_dns_cache=False,
            force_close=True,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=ANSWER_BYTES,
        ) as session:
            yield cls(session, allow_private=allow_private)

    async def send(
        self, url: str, body: bytes, *, notice_id: UUID, secret: Secret, now: datetime
    ) -> DeliveryError | None:
        """Post the body once; return why it did not arrive, None when the receiver took it (2xx)."""
        # what was allowed when the URL was set may not be any more; a literal address meets no resolver
        if problem_with_webhook_url(url, allow_private=self._allow_private) is not None:
            return DeliveryError.ADDRESS_REFUSED
        headers = {**signed_headers(body, notice_id=notice_id, secret=secret, now=now), "User-Agent": "Mevichat"}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return _error_of(answer.status)
        except (aiohttp.ClientError, MevichatError, OSError, ValueError) as error:
            return next(reason for kind, reason in REASONS if isinstance(error, kind))


def signed_headers(body: bytes, *, notice_id: UUID, secret: Secret, now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks; the id stays the same from attempt to attempt."""
    return {
        "Content-Type": "application/json",
        "webhook-id": str(notice_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret.open()).sign(str(notice_id), now, body.decode()),
    }


def _error_of(status: int) -> DeliveryError | None:
    if status in OK_STATUSES:
        return None
    return DeliveryError.REDIRECT_REFUSED if status in REDIRECTS else DeliveryError.ANSWER_REFUSED
