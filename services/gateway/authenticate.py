"""Who asks: a bot token."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from services.gateway.context import context_of, enter_workspace
from services.gateway.errors import ChatError
from shared.domain.token_format import BOT_PREFIX, hash_token
from shared.store.bots.rows import BotRow
from shared.store.tokens.find import find_token
from shared.store.tokens.rows import TokenHolder

UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Caller:
    """A token's holder with its bot."""

    holder: TokenHolder
    bot: BotRow


def bearer_hash(request: Request) -> bytes:
    """Return the hash of the request's bot token; raises ChatError 401 when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ChatError(UNAUTHORIZED, "invalid_api_key", f"Send a bot token: `Authorization: Bearer {BOT_PREFIX}...`.")
    if not token.startswith(BOT_PREFIX):
        raise ChatError(
            UNAUTHORIZED, "invalid_api_key", f"This is no bot token; a bot's token begins with {BOT_PREFIX}."
        )
    return hash_token(token.strip())


async def authenticate(request: Request) -> Caller:
    """Return who asks, whose workspace the request now stands in; raises ChatError 401."""
    holder = await find_token(context_of(request).database, bearer_hash(request))
    if holder is None or holder.bot is None:
        sentence = "This bot token is unknown or was revoked; ask the bot's owner for a good one."
        raise ChatError(UNAUTHORIZED, "invalid_api_key", sentence)
    enter_workspace(request, holder.workspace_id)
    return Caller(holder, holder.bot)
