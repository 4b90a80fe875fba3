"""No field of any request sends one of ours to an address: not a URL, a region, an id, nor a line break in either."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.product import Product, running_product
from tests.security.fuzz.bodies import good_object
from tests.security.fuzz.operations import JSON, Operation
from tests.security.fuzz.requests import good_headers, good_path
from tests.security.fuzz.workspaces import operations_in_new_workspace
from tests.security.test_webhook_addresses import Listener

ADDRESS_FIELDS = ("base_url", "api_base", "api_url", "endpoint", "proxy", "host", "callback_url", "extra_headers")
"""By which other products let a caller choose where a key is sent."""
KEY = "sk-sim-ok-" + "a" * 24


def addresses(port: int) -> list[str]:
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f.1", "0177.0.0.1", "127.1"]
    urls = [f"http://{host}:{port}/" for host in hosts]
    urls += [f"https://hooks.example.com@127.0.0.1:{port}/", f"http://127.0.0.1:{port}\\@example.com/"]
    return [*urls, f"127.0.0.1:{port}", f"//127.0.0.1:{port}", f"eu\r\nHost: 127.0.0.1:{port}", f"x.127.0.0.1:{port}#"]


async def ask(product: Product, operation: Operation, **more: object) -> int:
    random = Random(operation.label)
    body = good_object(operation.schema, operation.target.ids, random) | more
    url = f"http://127.0.0.1:{operation.target.port}{good_path(operation, random)}"
    async with product.http.request(operation.method, url, json=body, headers=good_headers(operation)) as answer:
        await answer.read()
        return answer.status


@pytest.mark.parametrize("wire", ["direct", "sdk"])
async def test_no_field_of_any_write_makes_a_request_to_the_address_in_it(
    database_url: str, redis_url: str, wire: str
) -> None:
    async with Listener() as listener, running_product(database_url, redis_url, provider_wire=wire) as product:
        tried = 0
        for operation in await operations_in_new_workspace(product):
            if operation.content_type != JSON:
                continue
            for name in {*operation.schema["properties"], *ADDRESS_FIELDS}:
                statuses = await asyncio.gather(
                    *(ask(product, operation, **{name: each}) for each in addresses(listener.port))
                )
                assert max(statuses) < 500, (operation.label, name)
                tried += len(statuses)
        await product.simulator.until_idle()
        assert tried > 500
        assert listener.connections == 0


async def test_ids_that_travel_in_headers_cannot_hold_another_header(product: Product) -> None:
    workspace = await product.make_workspace()
    before = len(product.simulator.calls)
    for name in ("region", "organization", "project", "anthropic_workspace_id"):
        for value in ("org-a\r\nX-Injected: 1", "proj_a\nX-Injected: 1", "wrkspc_a\x00", "eu.evil.example/", "org-a b"):
            body = {"provider": "openai", "key": KEY, name: value}
            status, answer = await workspace.admin("POST", "/api/keys", body)
            assert (status, answer["error"]["param"]) == (422, name), value
    for key in (KEY + "\r\nX-Injected: 1", KEY + "\nX: y", "sk-sim-ok-\x0b" + "a" * 24, "sk-\u00e9" + "a" * 30):
        status, _ = await workspace.admin("POST", "/api/keys", {"provider": "openai", "key": key})
        assert status == 422, key
    assert len(product.simulator.calls) == before


async def test_keys_of_the_environment_pay_for_nothing(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "AZURE_OPENAI_API_KEY")
    for name in names:
        monkeypatch.setenv(name, KEY)
    for wire in ("direct", "sdk"):
        async with running_product(database_url, redis_url, provider_wire=wire) as product:
            workspace = await product.make_workspace()
            for model in ("gpt-5-mini", "claude-haiku-4-5"):
                bot = await workspace.add_bot(model)
                status, reply = await workspace.ask(bot["token"], "Hello")
                assert (status, reply["mevichat"]["error"]["type"]) == (200, "no_key")
            assert product.simulator.calls == []
