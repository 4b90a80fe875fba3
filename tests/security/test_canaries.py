"""Keys of both providers go through every path of the running product; nothing that it leaves behind holds one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
import redis.asyncio as redis

from infra.cli.addresses import environment_of
from infra.embedded.redis import EmbeddedRedis
from infra.simulator.server import Simulator
from shared.domain.roles import Role
from tests.dashboard_pages import OF_OPERATOR, OF_WORKSPACE, ids_found
from tests.integration.cli.commands import mevichat
from tests.product import Product, Workspace
from tests.security.canary_processes import (
    NAMES,
    canary_settings,
    crash,
    port_of,
    running_process,
    running_processes,
)
from tests.security.searching import stored_rows, traces_of
from tests.servers import until
from tests.visitor import Visitor

PROVIDERS = {
    "openai": ("sk-sim-ok-", "sk-sim-invalid_api_key.echo1-", "gpt-5-mini"),
    "anthropic": ("sk-ant-sim-ok-", "sk-ant-sim-invalid_api_key.echo1-", "claude-haiku-4-5"),
}
"""What a good and a refused key begin with, and a model. The refusal names the whole key."""
MARKS = {
    f"{provider} {name}": f"C4n{number}{place}Xq9Wz" * 3
    for number, provider in enumerate(PROVIDERS)
    for place, name in enumerate(("good", "rotated", "refused", "crashing"))
}
RANGE = {"from_day": "2026-01-01", "to_day": "2026-12-31", "edge_from": "2026-01-10", "edge_to": "2026-03-20"}


async def drive(workspace: Workspace, provider: str) -> list[str]:
    """Save, refuse, rotate, test, use, kill, disable and delete keys of a provider; return what was answered."""
    good, refused, model = PROVIDERS[provider]
    answers: list[str] = []

    async def admin(method: str, path: str, **body: Any) -> dict[str, Any]:
        status, answer = await workspace.admin(method, path, body or None)
        answers.append(f"{status} {answer}")
        return answer

    key = good + MARKS[f"{provider} good"]
    rotated = good + MARKS[f"{provider} rotated"]
    saved = await admin("POST", "/api/keys", provider=provider, key=key)
    await admin("POST", "/api/keys", provider=provider, key=refused + MARKS[f"{provider} refused"])
    await admin("POST", "/api/keys", provider=provider, key=key, surprise=key)
    path = f"/api/keys/{saved['id']}"
    bot = await workspace.add_bot(model, key_id=saved["id"])
    answers.append(str(await workspace.ask(bot["token"], "Hello", conversation="canary", user="visitor")))
    await admin("POST", f"{path}/rotate", key=refused + MARKS[f"{provider} refused"])
    await admin("POST", f"{path}/rotate", key=rotated)
    await admin("POST", f"{path}/test")
    answers.append(await streamed(workspace.product, bot["token"]))
    workspace.product.simulator.set_behaviour(rotated, scenario="invalid_api_key", echoes_key=True)
    answers.append(str(await workspace.ask(bot["token"], "Hello?", conversation="canary", user="visitor")))

    async def is_flipped() -> bool:
        return not (await admin("GET", path))["usable"]

    await until(is_flipped)
    await admin("PATCH", path, disabled=True)
    await admin("DELETE", path)
    return answers


async def streamed(product: Product, token: str) -> str:
    """Return a streamed answer as it came."""
    body = {"model": "default", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {token}"}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


async def crash_in_a_call(workspace: Workspace, worker: Any, said: Path) -> str:
    """Kill the worker while it calls with a planted key; return the turn that another one then finishes."""
    product = workspace.product
    key = PROVIDERS["openai"][0] + MARKS["openai crashing"]
    saved = await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini", key_id=saved["id"])
    product.simulator.set_behaviour(key, delay_ms=600_000)
    calls = product.simulator.calls_of(key)
    body = {"model": "default", "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {bot['token']}", "Prefer": "respond-async"}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        turn_id = str((await answer.json())["turn_id"])

    async def is_called() -> bool:
        return product.simulator.calls_of(key) > calls

    await until(is_called)
    crash(worker)
    assert await worker.wait() != 0
    product.simulator.set_behaviour(key, delay_ms=0)

    async def is_completed() -> bool:
        url = f"{product.chat_url}/turns/{turn_id}"
        async with product.http.get(url, headers={"Authorization": f"Bearer {bot['token']}"}) as shown:
            return bool((await shown.json())["status"] == "completed")

    async with running_process("worker", product.settings, said):
        await until(is_completed, seconds=30)
        await metrics_of(product, "worker")
    return turn_id


async def metrics_of(product: Product, name: str) -> str:
    """Return what a process tells Prometheus."""
    async with product.http.get(f"http://127.0.0.1:{port_of(name, product.settings)}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def every_page(workspace: Workspace) -> list[str]:
    """Return the text of every page, as an owner and an operator see it, and of a form that refuses a key."""
    owner, operator = await Visitor.of_workspace(workspace, Role.OWNER), await Visitor.operator(workspace.product)

    async def text_of(path: str) -> str:
        return (await owner.get(path)).text

    places = RANGE | {"workspace": workspace.workspace_id} | await ids_found(text_of)
    pages = [await owner.get(path.format(**places)) for path in OF_WORKSPACE]
    pages += [await operator.get(path.format(**places)) for path in OF_OPERATOR]
    assert {page.status for page in pages} == {200}
    for provider, (_, refused, *_) in PROVIDERS.items():
        pages.append(await owner.post("/keys/new", provider=provider, key=refused + MARKS[f"{provider} refused"]))
        assert pages[-1].status == 422
    return [page.text for page in pages]


async def everything_in_redis(url: str) -> list[str]:
    """Return what Redis would leave on a disk: the whole dump, uncompressed."""
    async with redis.Redis.from_url(url, decode_responses=True) as client:
        await client.config_set("rdbcompression", "no")
        await client.save()
        places = await client.config_get("dir") | await client.config_get("dbfilename")
    return [Path(str(places["dir"]), str(places["dbfilename"])).read_bytes().decode("latin-1")]


def what_was_said(said: Path) -> list[str]:
    """Return what every process wrote to stdout and stderr."""
    return [file.read_text(encoding="utf-8", errors="replace") for file in sorted(said.iterdir())]


@pytest.fixture
def said(tmp_path: Path) -> Path:
    folder = tmp_path / "said"
    folder.mkdir()
    return folder


async def test_the_simulated_provider_does_name_the_whole_key_in_its_refusal() -> None:
    async with Simulator(port=0) as simulator, aiohttp.ClientSession() as http:
        for name, url, body in (
            ("openai", f"{simulator.openai_base_url}/chat/completions", {"model": "gpt-5-mini"}),
            ("anthropic", f"{simulator.anthropic_base_url}/v1/messages", {"model": "claude-haiku-4-5"}),
        ):
            key = PROVIDERS[name][1] + MARKS[f"{name} refused"]
            headers = {"Authorization": f"Bearer {key}"} if name == "openai" else {"x-api-key": key}
            async with http.post(url, json=body | {"max_tokens": 9, "messages": []}, headers=headers) as answer:
                assert answer.status == 401
                assert key in await answer.text()


async def test_no_planted_key_is_in_anything_that_the_running_product_leaves_behind(
    database_url: str, own_redis_server: EmbeddedRedis, said: Path
) -> None:
    async with Simulator(port=0) as simulator:
        settings = canary_settings(database_url, own_redis_server.url, simulator)
        async with running_processes(settings, simulator, said) as (product, worker):
            workspace = await product.make_workspace()
            await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": "https://hooks.invalid/"})
            answers = [text for provider in PROVIDERS for text in await drive(workspace, provider)]
            metrics = [await metrics_of(product, name) for name in NAMES]
            turn_id = await crash_in_a_call(workspace, worker, said)
            pages = await every_page(workspace)
            bundle = await mevichat("support-bundle", turn_id, environment=environment_of(settings))
            places = {
                "answers": answers,
                "metrics": metrics,
                "pages": pages,
                "support bundle": [bundle.out, bundle.err],
                "database": await stored_rows(product),
                "Redis": await everything_in_redis(own_redis_server.url),
            }
    places["logs and crashes"] = what_was_said(said)

    assert bundle.code == 0
    assert "Segmentation fault" in "".join(places["logs and crashes"])
    assert "key_verdict" in "".join(places["logs and crashes"])
    assert "notice_not_sent" in "".join(places["logs and crashes"])
    assert all(any(texts) for texts in places.values())
    for place, texts in places.items():
        for secret, mark in MARKS.items():
            hits = [trace for trace in traces_of(mark) for text in texts if trace in text]
            assert not hits, f"{secret} key in {place}"
