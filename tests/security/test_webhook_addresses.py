"""A webhook never reaches this machine or its neighbours, whatever its name resolves to when it is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

import pytest
from sqlalchemy import text

from infra.embedded.free_port import free_port
from services.workers.notices.resolver import AddressRefusedError, NameUnresolvedError, PublicResolver
from services.workers.notices.webhook import WebhookSender
from shared.domain.notices import DeliveryError
from shared.domain.secret import Secret
from shared.ids import new_webhook_secret
from tests.product import running_product
from tests.servers import until

NAME = "hooks.example.com"


class Listener:
    """Counts the connections that reach a port of the loopback interface."""

    def __init__(self) -> None:
        self.port, self.connections = free_port(), 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._count, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _count(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let names resolve to these addresses, look-up after look-up; the last answer stays."""
    waiting = list(answers)

    async def look_up(_: PublicResolver, host: str, port: int, family: int) -> list[tuple[int, str]]:
        addresses = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(10 if ":" in address else 2, address) for address in addresses]

    monkeypatch.setattr(PublicResolver, "_look_up", look_up)


async def send(url: str) -> DeliveryError | None:
    async with WebhookSender.open(concurrency=1, timeout_seconds=2, allow_private=False) as sender:
        return await sender.send(
            url,
            b"{}",
            notice_id=UUID(int=1),
            secret=Secret(new_webhook_secret()),
            now=datetime(2026, 3, 1, tzinfo=UTC),
        )


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%1"],
        ["1.1.1.1", "127.0.0.1"],
    ],
)
async def test_a_name_with_one_inner_address_is_refused_before_any_connection(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolve_to(monkeypatch, addresses)
    async with Listener() as listener:
        assert await send(f"https://{NAME}:{listener.port}/") is DeliveryError.ADDRESS_REFUSED
        assert listener.connections == 0


async def test_a_name_that_turns_inward_between_two_deliveries_is_refused_at_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve_to(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    resolver = PublicResolver(allow_private=False)

    (found,) = await resolver.resolve(NAME, 443)
    assert found["host"] == "1.1.1.1"
    with pytest.raises(AddressRefusedError):
        await resolver.resolve(NAME, 443)


async def test_the_machine_s_own_name_is_refused_by_a_real_look_up() -> None:
    with pytest.raises(AddressRefusedError):
        await PublicResolver(allow_private=False).resolve("localhost", 443)
    with pytest.raises(NameUnresolvedError):
        await PublicResolver(allow_private=False).resolve("nobody.invalid", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433", "127.1"])
async def test_a_url_that_was_saved_under_another_rule_is_refused_when_it_is_sent(host: str) -> None:
    async with Listener() as listener:
        assert await send(f"https://{host}:{listener.port}/") is DeliveryError.ADDRESS_REFUSED
        assert listener.connections == 0


async def test_in_the_product_a_refused_address_is_told_to_the_workspace_and_never_reached(
    monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str
) -> None:
    resolve_to(monkeypatch, ["127.0.0.1"])
    async with Listener() as listener, running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace()
        body = {"webhook_url": f"https://{NAME}:{listener.port}/"}
        assert (await workspace.admin("PUT", "/api/notices/settings", body))[0] == 200
        await workspace.admin("POST", "/api/notices/test")

        async def is_refused() -> bool:
            _, notices = await workspace.admin("GET", "/api/notices")
            return bool(notices["data"][0]["deliveries"][0]["last_error"] == "address_refused")

        await until(is_refused)
        assert listener.connections == 0
        (row,) = await product.database.call(text("SELECT status FROM notice_deliveries"))
        assert row.status == "pending"
