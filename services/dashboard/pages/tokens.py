"""The workspace's admin tokens: list, create, rotate, revoke. A token's text stands in one answer and in no other."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from services.dashboard.api.tokens import new_token_row
from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.page import Page
from services.dashboard.pages.render import go_to, render, render_problem
from services.dashboard.signing_in.visit import Visit
from shared.domain.roles import Role
from shared.domain.text_rules import LONGEST_NAME
from shared.domain.token_format import ADMIN_PREFIX
from shared.ids import new_token_text
from shared.store.tokens.create import create_token
from shared.store.tokens.list import list_admin_tokens
from shared.store.tokens.revoke import revoke_token, rotate_token
from shared.store.tokens.rows import TokenKind, TokenRow

NOT_FOUND = 404
NO_SUCH_TOKEN = "There is no such admin token in this workspace, or it was revoked."  # noqa: S105 - a sentence # nosec B105
LIST = "/workspace/tokens"


async def show(visit: Visit) -> Response:
    """List the admin tokens that are good."""
    tokens = await list_admin_tokens(visit.context.database, visit.workspace_id)
    return render(visit, "tokens.html", tokens=tokens)


async def new(visit: Visit) -> Response:
    """Show the form for a new token."""
    return render(visit, "token_new.html", name="", refusal=None)


async def add(visit: Visit) -> Response:
    """Make a token and show it, this once."""
    name = visit.form.get("name", "").strip()
    try:
        _refuse_bad_name(name)
    except AdminError as refusal:
        return render(visit, "token_new.html", refusal.status, name=name, refusal=refusal)
    text = new_token_text(ADMIN_PREFIX)
    row = new_token_row(text, visit.workspace_id, TokenKind.ADMIN, name, None)
    await create_token(visit.context.database, row, actor=visit.actor)
    return _shown_once(visit, f"Token {name}", text)


async def rotation(visit: Visit) -> Response:
    """Ask before a token is replaced."""
    return await _with_token(visit, "token_rotate.html")


async def rotate(visit: Visit) -> Response:
    """Put a new token in the old one's place and show it, this once."""
    old = await _find(visit)
    if old is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    text = new_token_text(ADMIN_PREFIX)
    rotated = await rotate_token(
        visit.context.database,
        workspace_id=visit.workspace_id,
        token_id=old.token_id,
        replacement=new_token_row(text, visit.workspace_id, TokenKind.ADMIN, old.name, None),
        actor=visit.actor,
    )
    if not rotated:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    return _shown_once(visit, f"Token {old.name}", text)


async def revocation(visit: Visit) -> Response:
    """Ask before a token is revoked."""
    return await _with_token(visit, "token_revoke.html")


async def revoke(visit: Visit) -> Response:
    """Take the token back."""
    token = await _find(visit)
    if token is None or not await revoke_token(
        visit.context.database, workspace_id=visit.workspace_id, token_id=token.token_id, actor=visit.actor
    ):
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    return go_to(LIST, "token-revoked")


def _shown_once(visit: Visit, title: str, text: str) -> Response:
    sentence = "Copy the token now: only its hash is kept, and it is never shown again."
    return render(visit, "shown_once.html", title=title, sentence=sentence, secret=text, back=LIST)


def _refuse_bad_name(name: str) -> None:
    if not name:
        raise invalid("name", "Name the token after what it is for.")
    if len(name) > LONGEST_NAME:
        raise invalid("name", f"The name must have at most {LONGEST_NAME} characters; shorten it.")


async def _with_token(visit: Visit, template: str) -> Response:
    token = await _find(visit)
    if token is None:
        return render_problem(visit, NOT_FOUND, NO_SUCH_TOKEN)
    return render(visit, template, token=token)


async def _find(visit: Visit) -> TokenRow | None:
    try:
        token_id = UUID(visit.request.path_params["id"])
    except ValueError:
        return None
    tokens = await list_admin_tokens(visit.context.database, visit.workspace_id)
    return next((token for token in tokens if token.token_id == token_id), None)


PAGES = [
    Page(LIST, show, Role.ADMIN),
    Page(f"{LIST}/new", new, Role.ADMIN),
    Page(f"{LIST}/new", add, Role.ADMIN, "POST"),
    Page(f"{LIST}/{{id}}/rotate", rotation, Role.ADMIN),
    Page(f"{LIST}/{{id}}/rotate", rotate, Role.ADMIN, "POST"),
    Page(f"{LIST}/{{id}}/revoke", revocation, Role.ADMIN),
    Page(f"{LIST}/{{id}}/revoke", revoke, Role.ADMIN, "POST"),
]
