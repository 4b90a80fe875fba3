"""Who asks: an admin token of a workspace."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.requests import Request

from services.dashboard.context import context_of, enter_workspace
from services.dashboard.errors import AdminError
from shared.domain.actor import Actor
from shared.domain.token_format import ADMIN_PREFIX, hash_token
from shared.store.tokens.find import find_token
from shared.store.tokens.rows import TokenHolder, TokenKind

NO_ADDRESS = "unknown"


async def authenticate(request: Request) -> TokenHolder:
    """Return the holder of the request's admin token, whose workspace the request now stands in; raises AdminError 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(ADMIN_PREFIX):
        raise _refused(f"Send an admin token: `Authorization: Bearer {ADMIN_PREFIX}...`.")
    holder = await find_token(context_of(request).database, hash_token(token))
    if holder is None or holder.kind is not TokenKind.ADMIN:
        raise _refused("This admin token is unknown or was revoked; create another one.")
    enter_workspace(request, holder.workspace_id)
    return holder


def actor_of(request: Request, holder: TokenHolder) -> Actor:
    """Return who the audit names for this request: the token, and the address that it came from.

    The address is the peer's; behind a proxy that a setting trusts, the one that the proxy passes on.
    """
    return Actor(f"token {holder.token_id}", address_of(request))


def address_of(request: Request) -> str:
    """Return the address that a request came from, as far as it can be known."""
    try:
        return str(ip_address(request.client.host if request.client else ""))
    except ValueError:  # a socket file has none, and a proxy may pass on anything
        return NO_ADDRESS


def _refused(message: str) -> AdminError:
    return AdminError(401, "invalid_api_key", message, "authorization")
