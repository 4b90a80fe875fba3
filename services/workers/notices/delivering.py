"""Delivers a notice: claim what is due, send it through its channel, write down how that ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID

import structlog

from services.workers.notices.mail import EmailSender
from services.workers.notices.webhook import WebhookSender
from services.workers.notices.wording import email_subject, email_text, webhook_body
from shared.clock import Clock
from shared.domain.notices import Channel, DeliveryError
from shared.domain.redelivery_rule import RedeliveryPolicy, decide_redelivery
from shared.domain.retry_rule import RetryAt
from shared.events.notice_due import NoticeDueV1
from shared.events.wire import event_from_primitives
from shared.metrics import notices_sent
from shared.store.database import Database
from shared.store.notices.deliver import claim_deliveries, end_delivery
from shared.store.notices.read import find_notice
from shared.store.notices.rows import ClaimedDelivery, DeliveryEnd, NoticeRow, NoticeSettings
from shared.store.notices.settings import read_notice_settings
from shared.vault.errors import CannotOpenError
from shared.vault.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivering:
    """The notices' one step. It may run twice: a claim lets one attempt through, and receivers know a notice's id.

    `lease_seconds` is longer than any attempt takes.
    """

    database: Database
    vault: Vault
    webhooks: WebhookSender
    emails: EmailSender
    policy: RedeliveryPolicy
    lease_seconds: float
    clock: Clock

    async def deliver(self, values: dict[str, Any]) -> None:
        """Deliver what is due of the notice that a NoticeDue message names."""
        event = event_from_primitives(values)
        if not isinstance(event, NoticeDueV1):
            return
        notice_id = UUID(event.notice_id)
        claimed = await claim_deliveries(self.database, notice_id, lease_seconds=self.lease_seconds)
        notice = await find_notice(self.database, notice_id) if claimed else None
        if notice is None:
            return
        settings = await read_notice_settings(self.database, notice.workspace_id)
        await asyncio.gather(*(self._attempt(notice, settings, each) for each in claimed))

    async def _attempt(self, notice: NoticeRow, settings: NoticeSettings, claimed: ClaimedDelivery) -> None:
        error = await self._send(notice, settings, claimed.channel)
        end = self._end(notice, claimed, error)
        is_ours = await end_delivery(self.database, end)
        notices_sent.labels(claimed.channel.value, error.value if error else "delivered").inc()
        log.info(
            "notice_sent" if error is None else "notice_not_sent",
            notice_id=str(notice.notice_id),
            channel=claimed.channel.value,
            error=error and error.value,
            is_last=end.retry_at is None,
            is_ours=is_ours,
        )

    async def _send(self, notice: NoticeRow, settings: NoticeSettings, channel: Channel) -> DeliveryError | None:
        match channel:
            case Channel.WEBHOOK:
                return await self._post(notice, settings)
            case Channel.EMAIL:
                return await self._mail(notice, settings)
            case _:
                assert_never(channel)

    async def _post(self, notice: NoticeRow, settings: NoticeSettings) -> DeliveryError | None:
        if settings.webhook_url is None or settings.sealed_secret is None:
            return DeliveryError.CHANNEL_REMOVED
        try:
            secret = self.vault.open_webhook_secret(settings.sealed_secret, workspace_id=notice.workspace_id)
        except CannotOpenError:
            return DeliveryError.SECRET_UNREADABLE
        body = webhook_body(notice)
        return await self.webhooks.send(
            settings.webhook_url, body, notice_id=notice.notice_id, secret=secret, now=self.clock()
        )

    async def _mail(self, notice: NoticeRow, settings: NoticeSettings) -> DeliveryError | None:
        if settings.email is None:
            return DeliveryError.CHANNEL_REMOVED
        return await self.emails.send(
            settings.email, email_subject(notice), email_text(notice), notice_id=notice.notice_id
        )

    def _end(self, notice: NoticeRow, claimed: ClaimedDelivery, error: DeliveryError | None) -> DeliveryEnd:
        if error is None:
            return DeliveryEnd(notice.notice_id, claimed)
        decision = decide_redelivery(
            error, attempts=claimed.attempts, noticed_at=notice.created_at, policy=self.policy, now=self.clock()
        )
        retry_at = decision.at if isinstance(decision, RetryAt) else None
        return DeliveryEnd(notice.notice_id, claimed, error=error, retry_at=retry_at)
