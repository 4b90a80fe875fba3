"""The session's cookie, and what is derived from it; pure but for the response that it is written to."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "__Host-mevichat"
"""The prefix makes browsers insist on Secure, no domain and the root path (RFC 6265bis 4.1.3.2)."""
WHOLE_LIFE_SECONDS = 12 * 3600.0
IDLE_LIFE_SECONDS = 2 * 3600.0
NO_WAY_BACK = ("/login", "/logout")


def cookie_of(request: Request) -> str | None:
    """Return the session cookie that came with the request."""
    return request.cookies.get(COOKIE)


def cookie_hash(cookie: str) -> bytes:
    """Return what is kept of a cookie: 256 random bits need neither salt nor stretching."""
    return hashlib.sha256(cookie.encode()).digest()


def csrf_token(cookie: str) -> str:
    """Return the token that a form of this session must carry; who has no cookie cannot know it."""
    return hmac.new(cookie.encode(), b"mevichat/csrf/v1", hashlib.sha256).hexdigest()


def is_csrf_token(token: str, cookie: str) -> bool:
    """Tell whether the token belongs to the session."""
    return hmac.compare_digest(token.encode(), csrf_token(cookie).encode())


def set_cookie(response: Response, cookie: str) -> None:
    """Hand the cookie to the browser."""
    response.set_cookie(
        COOKIE, cookie, max_age=int(WHOLE_LIFE_SECONDS), path="/", secure=True, httponly=True, samesite="lax"
    )


def clear_cookie(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def is_same_origin(request: Request) -> bool:
    """Tell whether a form was sent from one of our own pages.

    Browsers send Origin with every POST; a client that sends neither Origin nor Sec-Fetch-Site is no browser.
    """
    origin, host = request.headers.get("origin"), request.headers.get("host")
    if origin is not None:
        return bool(host) and origin.partition("://")[2] == host
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def local_path(target: str | None) -> str:
    """Return the target when it is a path of ours, else the first page: nobody is led elsewhere after login."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return "/"
    return "/" if target.partition("?")[0] in NO_WAY_BACK else target
