"""The one HTTP session that every provider call of a process goes through."""

from __future__ import annotations

import aiohttp

CONNECT_SECONDS = 10.0
KEEPALIVE_SECONDS = 30.0


def open_session(concurrency: int) -> aiohttp.ClientSession:
    """Open a session for so many calls at once; closing it is the caller's task.

    It keeps no cookies (one workspace's would travel with the next one's key), reads no
    environment (proxies, netrc) and sets no total time: each call sets its own.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency, keepalive_timeout=KEEPALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        trust_env=False,
        auto_decompress=False,
    )
