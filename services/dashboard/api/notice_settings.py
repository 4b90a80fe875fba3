"""`/api/notices/settings`: where a workspace is told about its keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import Form, StorableText, read_form
from services.dashboard.context import AdminContext, context_of
from services.dashboard.errors import invalid
from services.dashboard.json_response import json_response
from shared.domain.actor import Actor
from shared.domain.email_address import problem_with_email
from shared.domain.secret import Secret
from shared.domain.webhook_url import problem_with_webhook_url
from shared.ids import new_webhook_secret
from shared.settings import Settings
from shared.store.notices.rows import NoticeSettings
from shared.store.notices.settings import change_notice_settings, read_notice_settings


class NoticeSettingsForm(Form):
    """What `PUT /api/notices/settings` takes; what is absent stays, null removes."""

    webhook_url: StorableText | None = None
    email: StorableText | None = None
    rotate_secret: bool = False


async def show(request: Request) -> Response:
    """Show where the workspace is told about its keys; the webhook's secret is never shown again."""
    holder, context = await authenticate(request), context_of(request)
    settings = await read_notice_settings(context.database, holder.workspace_id)
    return json_response(_settings_body(settings, context.settings))


async def change(request: Request) -> Response:
    """Say where the workspace is told; a new webhook's secret stands in this answer and in no other."""
    holder, context = await authenticate(request), context_of(request)
    form = await read_form(request, NoticeSettingsForm)
    settings, secret = await save_notice_settings(
        context, form, workspace_id=holder.workspace_id, actor=actor_of(request, holder)
    )
    shown = {} if secret is None else {"webhook_secret": secret.open()}
    return json_response(_settings_body(settings, context.settings) | shown)


async def save_notice_settings(
    context: AdminContext, form: NoticeSettingsForm, *, workspace_id: UUID, actor: Actor
) -> tuple[NoticeSettings, Secret | None]:
    """Keep what the form asks for; return it, with the webhook's secret where it is a new one.

    Raises AdminError 422 that names the field.
    """
    _refuse_bad_addresses(form, context.settings)
    secret = Secret(new_webhook_secret())
    sealed = context.keys.vault.seal_webhook_secret(secret, workspace_id=workspace_id)
    settings = await change_notice_settings(
        context.database,
        lambda before: changed_settings(before, form, sealed),
        workspace_id=workspace_id,
        actor=actor,
        details=form.model_dump(exclude_unset=True),
    )
    return settings, secret if settings.sealed_secret == sealed else None


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


ROUTES = [
    Route("/api/notices/settings", show, methods=["GET"]),
    Route("/api/notices/settings", change, methods=["PUT"]),
]
