"""The page of provider keys: see, add, rotate, test, rename, make default, disable, delete (S3-S6)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from starlette.responses import Response

from services.dashboard.errors import AdminError, invalid, key_error
from services.dashboard.key_rules import note_beside_key, problem_with_label
from services.dashboard.pages.key_views import KeyView, key_views
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import bare_page, go_to, render, render_problem
from services.dashboard.refusals import Refusals
from services.dashboard.signing_in.visit import Visit
from shared.domain.key_address import REGIONS
from shared.domain.key_states import KeyState
from shared.domain.roles import Role
from shared.domain.secret import Secret
from shared.keys.refusal import WHY_UNCHANGED, KeyRefusal
from shared.keys.retest import retest_key
from shared.keys.ring_turns import ring_turns
from shared.keys.ring_validator import ring_validator
from shared.keys.rotate import rotate_key_text
from shared.keys.save import NewKeyRequest, save_key
from shared.store.keys.change import patch_key
from shared.store.keys.rows import ChangeRefusal, KeyAddress
from shared.store.keys.write import delete_key

NOT_FOUND = 404
NO_SUCH_KEY = "There is no such key in this workspace. It may have been deleted."
ADDRESS = ("region", "organization", "project", "anthropic_workspace_id")
FIELDS = ("provider", "label", *ADDRESS)


async def show(visit: Visit) -> Response:
    """List the workspace's keys."""
    return render(visit, "keys.html", keys=await key_views(visit))


async def rows(visit: Visit) -> Response:
    """Return the list alone, for the page that keeps itself fresh."""
    return bare_page("keys_list.html", visit=visit, csrf=visit.csrf, now=visit.now, keys=await key_views(visit))


async def new(visit: Visit) -> Response:
    """Show the form for a new key."""
    return _new_form(visit, dict.fromkeys(FIELDS, ""))


async def add(visit: Visit) -> Response:
    """Validate & save; a refused key comes back as a sentence under its field, never in it."""
    values = {name: visit.form.get(name, "").strip() for name in FIELDS}
    text, address = Secret(visit.form.pop("key", "")), {name: values[name] or None for name in ADDRESS}
    refusals = Refusals()
    note_beside_key(refusals, text, provider=values["provider"], label=values["label"], address=address)
    try:
        refusals.raise_all(("provider", "key", "label", *ADDRESS))
    except AdminError as refusal:
        return _new_form(visit, values, refusal)
    request = NewKeyRequest(
        workspace_id=visit.workspace_id,
        plan=visit.plan,
        provider=values["provider"],
        text=text,
        label=values["label"] or None,
        address=KeyAddress(**address),
    )
    saved = await save_key(visit.context.keys, request, actor=visit.actor)
    if isinstance(saved, KeyRefusal):
        return _new_form(visit, values, key_error(saved))
    return go_to("/keys", "key-added")


async def rotation(visit: Visit) -> Response:
    """Show the form for a key's replacement."""
    return await _with_key(visit, "key_rotate.html")


async def rotate(visit: Visit) -> Response:
    """Validate the replacement and put it in the key's place."""
    key = await _find(visit)
    if key is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    rotated = await rotate_key_text(
        visit.context.keys,
        workspace_id=visit.workspace_id,
        key_id=key.row.key_id,
        text=Secret(visit.form.pop("key", "")),
        expected_version=None,
        plan=visit.plan,
        actor=visit.actor,
    )
    if isinstance(rotated, KeyRefusal):
        return render(visit, "key_rotate.html", rotated.status, key=key, refusal=key_error(rotated))
    return go_to("/keys", "key-rotated")


async def test(visit: Visit) -> Response:
    """Probe the key now."""
    key = await _find(visit)
    if key is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    tested = await retest_key(
        visit.context.keys, workspace_id=visit.workspace_id, key_id=key.row.key_id, plan=visit.plan, actor=visit.actor
    )
    if isinstance(tested, KeyRefusal):
        return render_problem(visit, tested.status, tested.message)
    return go_to("/keys", "key-tested")


async def settings(visit: Visit) -> Response:
    """Show the form that renames, makes default or disables."""
    key = await _find(visit)
    if key is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    values = {"label": key.row.label, "default": False, "disabled": key.row.state is KeyState.DISABLED}
    return _settings_form(visit, key, values)


async def change(visit: Visit) -> Response:
    """Rename, make default, disable or enable."""
    key = await _find(visit)
    if key is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    label = visit.form.get("label", key.row.label).strip()
    ticked = {name: bool(visit.form.get(name)) for name in ("default", "disabled")}
    values, problem = {"label": label, **ticked}, problem_with_label(label)
    if problem is not None:
        return _settings_form(visit, key, values, invalid("label", problem))
    changed = await patch_key(
        visit.context.database,
        workspace_id=visit.workspace_id,
        key_id=key.row.key_id,
        label=label,
        default=ticked["default"] or None,
        disabled=ticked["disabled"],
        actor=visit.actor,
    )
    if isinstance(changed, ChangeRefusal):
        return _settings_form(visit, key, values, key_error(WHY_UNCHANGED[changed]))
    await ring_turns(visit.context.keys, changed.promoted)
    if changed.key.state is KeyState.SUSPECT:
        await ring_validator(visit.context.keys, changed.key)
    return go_to("/keys", "key-changed")


async def deletion(visit: Visit) -> Response:
    """Ask before a key is destroyed, and name the bots that will fail."""
    return await _with_key(visit, "key_delete.html")


async def delete(visit: Visit) -> Response:
    """Destroy the key."""
    key_id = _key_id(visit)
    where = {"workspace_id": visit.workspace_id, "actor": visit.actor}
    deleted = key_id and await delete_key(visit.context.database, key_id=key_id, **where)  # type: ignore[arg-type]
    if not deleted:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    await ring_turns(visit.context.keys, deleted.promoted)
    return go_to("/keys", "key-deleted")


def _new_form(visit: Visit, values: dict[str, str], refusal: AdminError | None = None) -> Response:
    status = 200 if refusal is None else refusal.status
    return render(visit, "key_new.html", status, values=values, refusal=refusal, regions=REGIONS)


def _settings_form(
    visit: Visit, key: KeyView, values: Mapping[str, object], refusal: AdminError | None = None
) -> Response:
    status = 200 if refusal is None else refusal.status
    return render(visit, "key_settings.html", status, key=key, values=values, refusal=refusal)


async def _with_key(visit: Visit, template: str) -> Response:
    key = await _find(visit)
    if key is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_KEY)
    return render(visit, template, key=key, refusal=None)


async def _find(visit: Visit) -> KeyView | None:
    key_id = _key_id(visit)
    return next((key for key in await key_views(visit) if key.row.key_id == key_id), None)


def _key_id(visit: Visit) -> UUID | None:
    try:
        return UUID(visit.request.path_params["id"])
    except ValueError:
        return None


PAGES = [
    Page("/keys", show),
    Page("/keys/list", rows),
    Page("/keys/new", new, Role.ADMIN),
    Page("/keys/new", add, Role.ADMIN, "POST"),
    Page("/keys/{id}/rotate", rotation, Role.ADMIN),
    Page("/keys/{id}/rotate", rotate, Role.ADMIN, "POST"),
    Page("/keys/{id}/test", test, Role.ADMIN, "POST"),
    Page("/keys/{id}/settings", settings, Role.ADMIN),
    Page("/keys/{id}/settings", change, Role.ADMIN, "POST"),
    Page("/keys/{id}/delete", deletion, Role.ADMIN),
    Page("/keys/{id}/delete", delete, Role.ADMIN, "POST"),
]
