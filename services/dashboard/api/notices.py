"""`/api/notices`: what a workspace was told about its keys, and a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import authenticate
from services.dashboard.body import page_limit
from services.dashboard.context import AdminContext, context_of
from services.dashboard.errors import AdminError, invalid
from services.dashboard.json_response import json_response
from shared.events.notice_due import NoticeDueV1
from shared.events.wire import event_to_primitives
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import DELIVER_NOTICE
from shared.store.notices.read import find_notice, list_notices
from shared.store.notices.rows import KeyThen, NoticeRow
from shared.store.notices.settings import read_notice_settings
from shared.store.notices.trial import insert_test_notice

TEST_PAUSE_SECONDS = 10
"""Tests go to addresses that nobody has confirmed, so not many of them."""


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
    holder = await authenticate(request)
    notice = await send_test_notice(context_of(request), holder.workspace_id)
    return json_response(notice_body(notice), 202)


async def send_test_notice(context: AdminContext, workspace_id: UUID) -> NoticeRow:
    """Make a test notice and ring for it; raises AdminError 422 when nothing is set, 429 too soon after another."""
    settings = await read_notice_settings(context.database, workspace_id)
    if settings.webhook_url is None and settings.email is None:
        raise invalid("webhook_url", "Nothing is set to send to; set webhook_url or email first.")
    notice_id = await insert_test_notice(context.database, workspace_id=workspace_id, pause_seconds=TEST_PAUSE_SECONDS)
    if notice_id is None:
        sentence = f"A test was sent a moment ago; wait {TEST_PAUSE_SECONDS} seconds between two."
        raise AdminError(429, "rate_limit_exceeded", sentence)
    await _ring(context, notice_id)
    notice = await find_notice(context.database, notice_id)
    assert notice is not None
    return notice


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
    Route("/api/notices/test", test, methods=["POST"]),
]
