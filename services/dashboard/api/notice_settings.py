"""`/api/notices/settings`: where a workspace is told about its keys."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import StorableText, read_body_of
from services.dashboard.body_reading import Form, ReadBody
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

SENDS_NONE = (
    "email cannot be set: this installation sends none. "
    "Its operator must set MEVICHAT_SMTP_HOST and MEVICHAT_SMTP_FROM first."
)


class NoticeSettingsForm(Form):
    """What `PUT /api/notices/settings` takes; what is absent stays, null removes."""

    webhook_url: StorableText | None = None
    rotate_secret: bool = False
    email: StorableText | None = None


async def show(request: Request) -> Response:
    """Show where the workspace is told about its keys; the webhook's secret is never shown again."""
    holder, context = await authenticate(request), context_of(request)
    settings = await read_notice_settings(context.database, holder.workspace_id)
    return json_response(_settings_body(settings, context.settings))


async def change(request: Request) -> Response:
    """Say where the workspace is told; a new webhook's secret stands in this answer and in no other."""
    holder, context = await authenticate(request), context_of(request)
    body = await read_body_of(request, NoticeSettingsForm)
    settings, secret = await save_notice_settings(
        context, body, workspace_id=holder.workspace_id, actor=actor_of(request, holder)
    )
    shown = {} if secret is None else {"webhook_secret": secret.open()}
    return json_response(_settings_body(settings, context.settings) | shown)


async def save_notice_settings(
    context: AdminContext, body: ReadBody[NoticeSettingsForm], *, workspace_id: UUID, actor: Actor
) -> tuple[NoticeSettings, Secret | None]:
    """Keep what the form asks for; return it, with the webhook's secret where it is a new one.

    Raises AdminError 422 that names every field that must be corrected.
    """
    _note_bad_addresses(body, context.settings)
    secret = Secret(new_webhook_secret())
    sealed = context.keys.vault.seal_webhook_secret(secret, workspace_id=workspace_id)
    if body.refusals:  # whatever the settings are: no turn waits for this to be refused
        changed_settings(await read_notice_settings(context.database, workspace_id), body, sealed)
    settings = await change_notice_settings(
        context.database,
        lambda before: changed_settings(before, body, sealed),
        workspace_id=workspace_id,
        actor=actor,
        details=_audited(body.form),
    )
    return settings, secret if settings.sealed_secret == sealed else None


def _audited(form: NoticeSettingsForm) -> dict[str, Any]:
    """Return what the audit keeps of a change: of an address its host alone, for its path may be a secret."""
    details = form.model_dump(exclude_unset=True)
    if form.webhook_url is not None:
        details["webhook_url"] = urlsplit(form.webhook_url).hostname
    return details


def changed_settings(before: NoticeSettings, body: ReadBody[NoticeSettingsForm], new_sealed: bytes) -> NoticeSettings:
    """Return the settings that the form asks for; raises AdminError that names all that must be corrected.

    A new URL gets the new secret: who read the old one must not be able to sign for the new receiver.
    """
    form, given = body.form, body.form.model_fields_set
    url = form.webhook_url if "webhook_url" in given else before.webhook_url
    email = form.email if "email" in given else before.email
    if url is None and form.rotate_secret and body.knows("webhook_url"):
        body.refusals.note(invalid("rotate_secret", "rotate_secret needs a webhook; set webhook_url first."))
    body.raise_all()
    if url is None:
        return NoticeSettings(email=email)
    keeps_secret = url == before.webhook_url and not form.rotate_secret
    return NoticeSettings(url, email, before.sealed_secret if keeps_secret else new_sealed)


def _settings_body(settings: NoticeSettings, installation: Settings) -> dict[str, Any]:
    return {
        "webhook_url": settings.webhook_url,
        "email": settings.email,
        "email_available": installation.sends_email,
    }


def _note_bad_addresses(body: ReadBody[NoticeSettingsForm], installation: Settings) -> None:
    url, email = body.form.webhook_url, body.form.email
    problems = {
        "webhook_url": None
        if url is None
        else problem_with_webhook_url(url, allow_private=installation.webhook_allow_private),
        "email": None if email is None else problem_with_email(email) if installation.sends_email else SENDS_NONE,
    }
    for field, problem in problems.items():
        if problem is not None:
            body.refusals.note(invalid(field, problem))


ROUTES = [
    Route("/api/notices/settings", show, methods=["GET"]),
    Route("/api/notices/settings", change, methods=["PUT"]),
]
