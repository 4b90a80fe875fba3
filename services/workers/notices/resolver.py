"""Resolves a webhook's host by ourselves, and refuses it when any of its addresses is not public."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from shared.domain.public_address import is_public
from shared.errors import MevichatError


class AddressRefusedError(MevichatError):
    """Raised when a webhook's host has an address that webhooks may not reach."""


class NameUnresolvedError(MevichatError):
    """Raised when a webhook's host has no address."""


class PublicResolver(AbstractResolver):
    """Gives the connector checked addresses, and the connector connects to those: no second look-up decides."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return every address of the host.

        Raises:
            NameUnresolvedError: it has none.
            AddressRefusedError: one of them is not public; a host with two faces is not trusted with the other.

        """
        addresses = await self._look_up(host, port, family)
        if not self._allow_private and not all(is_public(ip_address(address)) for _, address in addresses):
            message = "not a public address"
            raise AddressRefusedError(message)
        return [_result(host, port, address_family, address) for address_family, address in addresses]

    async def _look_up(self, host: str, port: int, family: int) -> list[tuple[int, str]]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NameUnresolvedError(type(error).__name__) from None
        return [(address_family, str(sockaddr[0])) for address_family, _, _, _, sockaddr in found]

    async def close(self) -> None:
        """Hold nothing."""


def _result(host: str, port: int, family: int, address: str) -> ResolveResult:
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
