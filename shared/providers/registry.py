"""All providers of a process, behind one door each."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp

from shared.domain.secret import Secret
from shared.providers.lazy import LazyProvider
from shared.providers.mini.builtin import BuiltinMini
from shared.providers.mini.server import ServedMini
from shared.providers.port import Provider, Providers
from shared.providers.session import open_session
from shared.settings import Settings

# The adapters are imported where they are first used: with them comes an SDK each.


@asynccontextmanager
async def open_providers(settings: Settings, *, concurrency: int) -> AsyncIterator[Providers]:
    """Open all providers for so many calls at once: anthropic, openai and mevichat (Mini)."""
    async with open_session(concurrency) as session:
        yield {
            "anthropic": LazyProvider(partial(_load_anthropic, settings.anthropic_base_url, session)),
            "openai": LazyProvider(partial(_load_openai, settings.openai_base_url, session)),
            "mevichat": _open_mini(settings, session),
        }


def _open_mini(settings: Settings, session: aiohttp.ClientSession) -> Provider:
    if settings.mini_base_url is None:
        return BuiltinMini()
    served = LazyProvider(partial(_load_openai, settings.mini_base_url, session))
    return ServedMini(served, settings.mini_model, Secret(settings.mini_api_key or ""))


def _load_openai(base_url: str, session: aiohttp.ClientSession) -> Provider:
    from shared.providers.openai.adapter import OpenAIProvider  # noqa: PLC0415
    from shared.providers.transport import open_http_client  # noqa: PLC0415

    _hush("openai")
    return OpenAIProvider(base_url, open_http_client(session))


def _load_anthropic(base_url: str, session: aiohttp.ClientSession) -> Provider:
    from shared.providers.anthropic.adapter import AnthropicProvider  # noqa: PLC0415
    from shared.providers.transport import open_http_client  # noqa: PLC0415

    _hush("anthropic")
    return AnthropicProvider(base_url, open_http_client(session))


def _hush(sdk: str) -> None:
    """Let the SDK's and its HTTP library's debug lines not be written: they hold whole prompts."""
    for name in (sdk, "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
