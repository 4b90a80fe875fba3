"""`/api/notices`: where a workspace is told about its keys, what it was told, and a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import Form, StorableText, page_limit, read_form
from services.dashboard.context import AdminContext, context_of
from services.dashboard.errors import AdminError, invalid
from services.dashboard.json_response import json_response
from shared.domain.email_address import problem_with_email
from shared.domain.secret import Secret
from shared.domain.webhook_url import problem_with_webhook_url
from shared.events.notice_due import NoticeDueV1
from shared.events.wire import event_to_primitives
from shared.ids import new_webhook_secret
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import DELIVER_NOTICE
from shared.settings import Settings
from shared.store.notices.read import find_notice, list_notices
from shared.store.notices.rows import KeyThen, NoticeRow, NoticeSettings
from shared.store.notices.settings import change_notice_settings, read_notice_settings
from shared.store.notices.trial import insert_test_notice

TEST_PAUSE_SECONDS = 10
"""Tests go to addresses that nobody has confirmed, so not many of them."""


class NoticeSettingsForm(Form):
    """What `PUT /api/notices/settings` takes; what is absent stays, null removes."""

    webhook_url: StorableText | None = None
    email: StorableText | None = None
    rotate_secret: bool = False


async def show_settings(request: Request) -> Response:
    """Show where the workspace is told about its keys; the webhook's secret is never shown again."""
    holder, context = await authenticate(request), context_of(request)
    settings = await read_notice_settings(context.database, holder.workspace_id)
    return json_response(_settings_body(settings, context.settings))


async def change_settings(request: Request) -> Response:
    """Say where the workspace is told; a new webhook's secret stands in this answer and in no other."""
    holder, context = await authenticate(request), context_of(request)
    form = await read_form(request, NoticeSettingsForm)
    _refuse_bad_addresses(form, context.settings)
    secret = Secret(new_webhook_secret())
    sealed = context.keys.vault.seal_webhook_secret(secret, workspace_id=holder.workspace_id)
    settings = await change_notice_settings(
        context.database,
        lambda before: changed_settings(before, form, sealed),
        workspace_id=holder.workspace_id,
        actor=actor_of(holder),
        details=form.model_dump(exclude_unset=True),
    )
    shown = {"webhook_secret": secret.open()} if settings.sealed_secret == sealed else {}
    return json_response(_settings_body(settings, context.settings) | shown)


async def show_all(request: Request) -> Response:
    """List what the workspace was told, the newest first, and whether it arrived."""
    holder, context = await authenticate(request), context_of(request)
    limit, after = page_limit(request), await _after(request, context, holder.workspace_id)
    found = await list_notices(context.database, workspace_id=holder.workspace_id, limit=limit + 1, after=after)
    shown = found[:limit]
    next_cursor = shown[-1].notice_id if len(found) > limit else None
    return json_response({"data": [notice_body(notice) for notice in shown], "next_cursor": next_cursor})


async def test(request: Request) -> Response:
    """Send a test notice through every channel that is set."""
    holder, context = await authenticate(request), context_of(request)
    settings = await read_notice_settings(context.database, holder.workspace_id)
    if settings.webhook_url is None and settings.email is None:
        raise invalid("webhook_url", "Nothing is set to send to; set webhook_url or email first.")
    notice_id = await insert_test_notice(
        context.database, workspace_id=holder.workspace_id, pause_seconds=TEST_PAUSE_SECONDS
    )
    if notice_id is None:
        sentence = f"A test was sent a moment ago; wait {TEST_PAUSE_SECONDS} seconds between two."
        raise AdminError(429, "rate_limit_exceeded", sentence)
    await _ring(context, notice_id)
    notice = await find_notice(context.database, notice_id)
    assert notice is not None
    return json_response(notice_body(notice), 202)


def changed_settings(before: NoticeSettings, form: NoticeSettingsForm, new_sealed: bytes) -> NoticeSettings:
    """Return the settings that the form asks for.

    A new URL gets the new secret: who read the old one must not be able to sign for the new receiver.
    """
    given = form.model_fields_set
    url = form.webhook_url if "webhook_url" in given else before.webhook_url
    email = form.email if "email" in given else before.email
    if url is None:
        if form.rotate_secret:
            raise invalid("rotate_secret", "rotate_secret needs a webhook; set webhook_url first.")
        return NoticeSettings(email=email)
    keeps_secret = url == before.webhook_url and not form.rotate_secret
    return NoticeSettings(url, email, before.sealed_secret if keeps_secret else new_sealed)


def notice_body(notice: NoticeRow) -> dict[str, Any]:
    """Return a notice as the API shows it."""
    return {
        "id": notice.notice_id,
        "kind": notice.kind,
        "key": None if notice.key is None else _key_body(notice.key),
        "created_at": notice.created_at,
        "deliveries": [
            {
                "channel": delivery.channel,
                "status": delivery.status,
                "attempts": delivery.attempts,
                "next_attempt_at": delivery.next_attempt_at,
                "last_error": delivery.last_error,
                "delivered_at": delivery.delivered_at,
            }
            for delivery in notice.deliveries
        ],
    }


def _key_body(key: KeyThen) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "version": key.version,
        "label": key.label,
        "provider": key.provider,
        "mask": key.mask,
        "state": key.state,
        "reason_code": key.reason_code,
        "reason": key.reason,
    }


def _settings_body(settings: NoticeSettings, installation: Settings) -> dict[str, Any]:
    return {
        "webhook_url": settings.webhook_url,
        "email": settings.email,
        "email_available": installation.sends_email,
    }


def _refuse_bad_addresses(form: NoticeSettingsForm, installation: Settings) -> None:
    if form.webhook_url is not None:
        problem = problem_with_webhook_url(form.webhook_url, allow_private=installation.webhook_allow_private)
        if problem is not None:
            raise invalid("webhook_url", problem)
    if form.email is None:
        return
    if not installation.sends_email:
        sentence = (
            "email cannot be set: this installation sends none. "
            "Its operator must set MEVICHAT_SMTP_HOST and MEVICHAT_SMTP_FROM first."
        )
        raise invalid("email", sentence)
    problem = problem_with_email(form.email)
    if problem is not None:
        raise invalid("email", problem)


async def _after(request: Request, context: AdminContext, workspace_id: UUID) -> UUID | None:
    text = request.query_params.get("after")
    if text is None:
        return None
    wrong = invalid("after", "after must be the next_cursor of an earlier page.")
    try:
        notice = await find_notice(context.database, UUID(text))
    except ValueError:
        raise wrong from None
    if notice is None or notice.workspace_id != workspace_id:
        raise wrong
    return notice.notice_id


async def _ring(context: AdminContext, notice_id: UUID) -> None:
    event = event_to_primitives(NoticeDueV1(str(notice_id)))
    try:
        await context.ringer.ring(DELIVER_NOTICE, [(event,)])
    except QueueUnavailableError:
        return  # the sweeper rings due notices


ROUTES = [
    Route("/api/notices", show_all, methods=["GET"]),
    Route("/api/notices/settings", show_settings, methods=["GET"]),
    Route("/api/notices/settings", change_settings, methods=["PUT"]),
    Route("/api/notices/test", test, methods=["POST"]),
]
