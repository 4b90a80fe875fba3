"""`/api/keys`: add (validate and save), show, change, rotate, test, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import ShortText, page, path_id, read_body_of, read_form
from services.dashboard.body_reading import Form
from services.dashboard.context import AdminContext, context_of
from services.dashboard.errors import invalid, key_error, not_found
from services.dashboard.json_response import json_response
from services.dashboard.key_rules import note_beside_key
from shared.domain.key_age import is_due_for_rotation
from shared.domain.key_states import KeyState
from shared.domain.secret import Secret
from shared.keys.refusal import WHY_UNCHANGED, KeyRefusal
from shared.keys.retest import retest_key
from shared.keys.ring_turns import ring_turns
from shared.keys.ring_validator import ring_validator
from shared.keys.rotate import rotate_key_text
from shared.keys.save import NewKeyRequest, save_key
from shared.keys.users import bots_on_key
from shared.store.bots.read import list_bots
from shared.store.bots.rows import BotRow
from shared.store.keys.change import patch_key
from shared.store.keys.read import find_key, list_keys
from shared.store.keys.rows import ChangeRefusal, KeyAddress, KeyRow
from shared.store.keys.write import delete_key


class NewKeyForm(Form):
    """What `POST /api/keys` takes."""

    provider: str
    key: SecretStr
    label: ShortText | None = None
    region: ShortText | None = None
    organization: ShortText | None = None
    project: ShortText | None = None
    anthropic_workspace_id: ShortText | None = None


class KeyChange(Form):
    """What `PATCH /api/keys/{id}` takes; what is absent stays."""

    label: ShortText | None = None
    default: bool | None = None
    disabled: bool | None = None


class RotationForm(Form):
    """What `POST /api/keys/{id}/rotate` takes; `version` refuses to replace anything else."""

    key: SecretStr
    version: Annotated[int, Field(ge=1)] | None = None


async def add(request: Request) -> Response:
    """Validate a pasted key with its provider and keep it."""
    holder, context = await authenticate(request), context_of(request)
    body = await read_body_of(request, NewKeyForm)
    form, address = body.form, body.form.model_dump(include=set(KeyAddress.__slots__))
    text = Secret(form.key.get_secret_value()) if body.knows("key") else None
    if body.knows("provider"):
        note_beside_key(body.refusals, text, provider=form.provider, label=form.label, address=address)
    body.raise_all()
    assert text is not None
    wanted = NewKeyRequest(
        workspace_id=holder.workspace_id,
        plan=holder.plan,
        provider=form.provider,
        text=text,
        label=form.label,
        address=KeyAddress(**address),
    )
    return await _shown(context, await save_key(context.keys, wanted, actor=actor_of(request, holder)), 201)


async def show_all(request: Request) -> Response:
    """List the workspace's keys."""
    holder, context = await authenticate(request), context_of(request)
    bots = await list_bots(context.database, holder.workspace_id)
    keys = await list_keys(context.database, holder.workspace_id)
    return json_response(page([key_body(context, key, bots) for key in keys], request))


async def show(request: Request) -> Response:
    """Show one key."""
    holder, context = await authenticate(request), context_of(request)
    key_id = path_id(request, "key")
    key = await find_key(context.database, workspace_id=holder.workspace_id, key_id=key_id)
    if key is None:
        raise not_found("key")
    return await _shown(context, key)


async def change(request: Request) -> Response:
    """Rename, make default, disable or enable; an enabled key is probed before it works."""
    holder, context = await authenticate(request), context_of(request)
    key_id, body = path_id(request, "key"), await read_body_of(request, KeyChange)
    form = body.form
    if form.default is False:
        sentence = "default can only be set; make another key of the provider the default instead."
        body.refusals.note(invalid("default", sentence))
    body.raise_all()
    changed = await patch_key(
        context.database,
        workspace_id=holder.workspace_id,
        key_id=key_id,
        label=form.label,
        default=form.default,
        disabled=form.disabled,
        actor=actor_of(request, holder),
    )
    if isinstance(changed, ChangeRefusal):
        raise key_error(WHY_UNCHANGED[changed])
    await ring_turns(context.keys, changed.promoted)
    if changed.key.state is KeyState.SUSPECT:
        await ring_validator(context.keys, changed.key)
    return await _shown(context, changed.key)


async def rotate(request: Request) -> Response:
    """Validate a replacement and put it in the key's place."""
    holder, context = await authenticate(request), context_of(request)
    key_id, form = path_id(request, "key"), await read_form(request, RotationForm)
    rotated = await rotate_key_text(
        context.keys,
        workspace_id=holder.workspace_id,
        key_id=key_id,
        text=Secret(form.key.get_secret_value()),
        expected_version=form.version,
        plan=holder.plan,
        actor=actor_of(request, holder),
    )
    return await _shown(context, rotated)


async def test(request: Request) -> Response:
    """Probe a kept key now."""
    holder, context = await authenticate(request), context_of(request)
    key_id = path_id(request, "key")
    tested = await retest_key(
        context.keys,
        workspace_id=holder.workspace_id,
        key_id=key_id,
        plan=holder.plan,
        actor=actor_of(request, holder),
    )
    return await _shown(context, tested)


async def delete(request: Request) -> Response:
    """Destroy a key; name the bots that fail from now on."""
    holder, context = await authenticate(request), context_of(request)
    key_id = path_id(request, "key")
    actor = actor_of(request, holder)
    deleted = await delete_key(context.database, workspace_id=holder.workspace_id, key_id=key_id, actor=actor)
    if deleted is None:
        raise not_found("key")
    await ring_turns(context.keys, deleted.promoted)
    bots = bots_on_key(deleted.key, deleted.bots, context.catalogue)
    users = [{"id": bot.bot_id, "name": bot.name} for bot in bots]
    return json_response({"id": key_id, "deleted": True, "bots": users})


def key_body(context: AdminContext, key: KeyRow, bots: Sequence[BotRow]) -> dict[str, Any]:
    """Return a key as the API shows it: never its text (S5)."""
    standing, rotation_days = key.standing, context.settings.rotation_days
    return {
        "id": key.key_id,
        "provider": key.provider,
        "label": key.label,
        "mask": key.mask,
        **asdict(key.address),
        "state": standing.state,
        "usable": standing.state.is_usable,
        "reason": standing.reason,
        "reason_code": standing.reason_code,
        "provider_status": standing.provider_status,
        "provider_code": standing.provider_code,
        "provider_request_id": standing.provider_request_id,
        "version": key.version,
        "default": key.is_default,
        "checked_at": key.checked_at,
        "last_used_at": key.last_used_at,
        "created_at": key.created_at,
        "rotated_at": key.rotated_at,
        "due_for_rotation": is_due_for_rotation(key.rotated_at, now=context.clock(), rotation_days=rotation_days),
        "bots": [str(bot.bot_id) for bot in bots_on_key(key, bots, context.catalogue)],
        "models": standing.models,
        "blocked_models": standing.blocked,
    }


async def _shown(context: AdminContext, result: KeyRow | KeyRefusal, status: int = 200) -> Response:
    if isinstance(result, KeyRefusal):
        raise key_error(result)
    bots = await list_bots(context.database, result.workspace_id)
    return json_response(key_body(context, result, bots), status)


ROUTES = [
    Route("/api/keys", add, methods=["POST"]),
    Route("/api/keys", show_all, methods=["GET"]),
    Route("/api/keys/{id}", show, methods=["GET"]),
    Route("/api/keys/{id}", change, methods=["PATCH"]),
    Route("/api/keys/{id}", delete, methods=["DELETE"]),
    Route("/api/keys/{id}/rotate", rotate, methods=["POST"]),
    Route("/api/keys/{id}/test", test, methods=["POST"]),
]
