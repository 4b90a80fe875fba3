"""`/api/tokens`: make, list, revoke, rotate; a token's text is shown once."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import ShortText, page, path_id, read_body_of
from services.dashboard.body_reading import Form
from services.dashboard.context import context_of
from services.dashboard.errors import invalid, not_found
from services.dashboard.json_response import json_response
from shared.domain.token_format import ADMIN_PREFIX, BOT_PREFIX, hash_token, last_four
from shared.ids import new_id, new_token_text
from shared.store.bots.read import find_bot
from shared.store.tokens.create import create_token
from shared.store.tokens.list import list_tokens
from shared.store.tokens.revoke import revoke_token, rotate_token
from shared.store.tokens.rows import NewToken, TokenKind, TokenRow

PREFIXES = {TokenKind.BOT: BOT_PREFIX, TokenKind.ADMIN: ADMIN_PREFIX}

BOT_OF = {
    "bot": "bot_id is missing; a token of kind bot is one bot's, so name it.",
    "admin": "bot_id belongs to a token of kind bot; leave it out for one of kind admin.",
}
"""What is wrong with a token's bot, by its kind."""


class NewTokenForm(Form):
    """What `POST /api/tokens` takes; a bot token names its bot."""

    kind: Literal["bot", "admin"]
    name: ShortText
    bot_id: UUID | None = None


async def add(request: Request) -> Response:
    """Make a token."""
    holder, context = await authenticate(request), context_of(request)
    body = await read_body_of(request, NewTokenForm)
    form = body.form
    if body.knows("kind", "bot_id") and (form.kind == "bot") != (form.bot_id is not None):
        body.refusals.note(invalid("bot_id", BOT_OF[form.kind]))
    if form.bot_id is not None:
        bot = await find_bot(context.database, workspace_id=holder.workspace_id, bot_id=form.bot_id)
        if bot is None:
            body.refusals.note(invalid("bot_id", "bot_id names no bot of this workspace."))
    body.raise_all()
    text = new_token_text(PREFIXES[TokenKind(form.kind)])
    token = new_token_row(text, holder.workspace_id, TokenKind(form.kind), form.name, form.bot_id)
    await create_token(context.database, token, actor=actor_of(request, holder))
    return json_response({"id": token.token_id, "kind": form.kind, "name": form.name, "token": text}, 201)


async def show_all(request: Request) -> Response:
    """List the workspace's tokens, the revoked too."""
    holder = await authenticate(request)
    tokens = await list_tokens(context_of(request).database, holder.workspace_id)
    return json_response(page([_body(token) for token in tokens], request))


async def revoke(request: Request) -> Response:
    """Revoke a token from now on."""
    holder, context = await authenticate(request), context_of(request)
    token_id = path_id(request, "token")
    if not await revoke_token(
        context.database, workspace_id=holder.workspace_id, token_id=token_id, actor=actor_of(request, holder)
    ):
        raise not_found("token")
    return json_response({"id": token_id, "revoked": True})


async def rotate(request: Request) -> Response:
    """Put a new token in an old one's place."""
    holder, context = await authenticate(request), context_of(request)
    token_id = path_id(request, "token")
    tokens = await list_tokens(context.database, holder.workspace_id)
    old = next((token for token in tokens if token.token_id == token_id and token.revoked_at is None), None)
    if old is None:
        raise not_found("token")
    text = new_token_text(PREFIXES[old.kind])
    replacement = new_token_row(text, holder.workspace_id, old.kind, old.name, old.bot_id)
    if not await rotate_token(
        context.database,
        workspace_id=holder.workspace_id,
        token_id=token_id,
        replacement=replacement,
        actor=actor_of(request, holder),
    ):
        raise not_found("token")
    return json_response({"id": replacement.token_id, "kind": old.kind, "name": old.name, "token": text})


def new_token_row(text: str, workspace_id: UUID, kind: TokenKind, name: str, bot_id: UUID | None) -> NewToken:
    """Return the row of a token that was just drawn; it keeps the hash of the text."""
    return NewToken(
        token_id=new_id(),
        workspace_id=workspace_id,
        kind=kind,
        token_hash=hash_token(text),
        last_four=last_four(text),
        name=name,
        bot_id=bot_id,
    )


def _body(token: TokenRow) -> dict[str, Any]:
    return {
        "id": token.token_id,
        "kind": token.kind,
        "name": token.name,
        "last_four": token.last_four,
        "bot_id": token.bot_id,
        "created_at": token.created_at,
        "revoked_at": token.revoked_at,
    }


ROUTES = [
    Route("/api/tokens", add, methods=["POST"]),
    Route("/api/tokens", show_all, methods=["GET"]),
    Route("/api/tokens/{id}", revoke, methods=["DELETE"]),
    Route("/api/tokens/{id}/rotate", rotate, methods=["POST"]),
]
