"""All providers of a process, behind one door each."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import aiohttp

from shared.clock import monotonic_seconds
from shared.domain.secret import Secret
from shared.providers.anthropic.dialect import ANTHROPIC
from shared.providers.dialect import Dialect
from shared.providers.direct.wire import DirectWire
from shared.providers.http_provider import HttpProvider
from shared.providers.lazy import LazyProvider
from shared.providers.mini.builtin import BuiltinMini
from shared.providers.mini.server import ServedMini
from shared.providers.openai.compatible import COMPATIBLE
from shared.providers.openai.dialect import OPENAI
from shared.providers.port import Provider, Providers
from shared.providers.session import open_session
from shared.settings import Settings

LoadSdk = Callable[[str, aiohttp.ClientSession], Provider]

# The SDKs' wires are imported where they are first used: with them comes an SDK each.


@asynccontextmanager
async def open_providers(settings: Settings, *, concurrency: int) -> AsyncIterator[Providers]:
    """Open all providers for so many calls at once: anthropic, openai and mevichat (Mini)."""
    async with open_session(concurrency) as session:
        yield {
            "anthropic": _open(settings, ANTHROPIC, settings.anthropic_base_url, session, _load_anthropic),
            "openai": _open(settings, OPENAI, settings.openai_base_url, session, partial(_load_openai, OPENAI)),
            "mevichat": _open_mini(settings, session),
        }


def _open_mini(settings: Settings, session: aiohttp.ClientSession) -> Provider:
    if settings.mini_base_url is None:
        return BuiltinMini()
    load = partial(_load_openai, COMPATIBLE)
    served = _open(settings, COMPATIBLE, settings.mini_base_url, session, load)
    return ServedMini(served, settings.mini_model, Secret(settings.mini_api_key or ""), monotonic_seconds)


def _open(
    settings: Settings, dialect: Dialect, base_url: str, session: aiohttp.ClientSession, load_sdk: LoadSdk
) -> Provider:
    if settings.provider_wire == "sdk":
        return LazyProvider(partial(load_sdk, base_url, session))
    return HttpProvider(dialect, DirectWire(dialect, base_url, session))


def _load_openai(dialect: Dialect, base_url: str, session: aiohttp.ClientSession) -> Provider:
    from shared.providers.openai.sdk import open_sdk_wire  # noqa: PLC0415
    from shared.providers.sdk.transport import open_http_client  # noqa: PLC0415

    _hush("openai")
    return HttpProvider(dialect, open_sdk_wire(dialect, base_url, open_http_client(session)))


def _load_anthropic(base_url: str, session: aiohttp.ClientSession) -> Provider:
    from shared.providers.anthropic.sdk import open_sdk_wire  # noqa: PLC0415
    from shared.providers.sdk.transport import open_http_client  # noqa: PLC0415

    _hush("anthropic")
    return HttpProvider(ANTHROPIC, open_sdk_wire(base_url, open_http_client(session)))


def _hush(sdk: str) -> None:
    """Let the SDK's and its HTTP library's debug lines not be written: they hold whole prompts."""
    for name in (sdk, "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
