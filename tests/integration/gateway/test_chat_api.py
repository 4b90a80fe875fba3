"""The chat API's doors, knocked at as a client would."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pytest

from shared.domain.plans import Plan
from shared.ids import new_id
from tests.product import Product, Workspace
from tests.servers import until

HELLO = [{"role": "user", "content": "Hello"}]
SLOW_KEY = "sk-sim-delay600000-" + "s" * 24
GOOD_KEY = "sk-sim-ok-" + "g" * 24


async def call(
    product: Product, token: str, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any], aiohttp.ClientResponse]:
    """Call the chat API; return status, JSON and the answer with its headers."""
    url = product.chat_url + path
    sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = None if body is None else BytesIO(body if isinstance(body, bytes) else orjson.dumps(body))
    async with product.http.request(method, url, data=data, headers=sent) as answer:
        return answer.status, await answer.json(), answer


async def slow_bot(workspace: Workspace, key: str = SLOW_KEY) -> dict[str, Any]:
    """Return a bot whose provider does not answer until it is told to."""
    await workspace.add_key("openai", GOOD_KEY)
    workspace.product.simulator.set_behaviour(GOOD_KEY, delay_ms=600_000)
    return await workspace.add_bot("gpt-5-mini")


async def test_wrong_revoked_and_missing_tokens_are_401(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    _, tokens = await workspace.admin("GET", "/api/tokens")
    (own,) = [token for token in tokens["data"] if token["bot_id"] == bot["id"]]
    await workspace.ask(bot["token"], "Hello")

    await workspace.admin("DELETE", f"/api/tokens/{own['id']}")

    for token in ("", "mvb_unknown", workspace.admin_token, bot["token"]):
        for method, path, body in (("POST", "/chat/completions", {"messages": HELLO}), ("GET", "/models", None)):
            status, answer, _ = await call(product, token, method, path, body)
            assert (status, answer["error"]["code"]) == (401, "invalid_api_key")


async def test_bad_requests_get_openais_envelope_and_leave_no_turn(product: Product) -> None:
    workspace = await product.make_workspace(Plan.PRO)
    bot = await workspace.add_bot("mevichat:mini")
    big = [{"role": "user", "content": "x" * (product.settings.body_limit_bytes + 1)}]
    cases = [
        (b"{", 400, "invalid_json"),
        ({"messages": []}, 422, "invalid_request"),
        ({"messages": [{"role": "user", "content": "a\x00b"}]}, 422, "invalid_request"),
        ({"messages": HELLO, "model": "gpt-4"}, 404, "model_not_found"),
        ({"messages": HELLO, "model": "gpt-5"}, 403, "plan_forbids_model"),
        ({"messages": big}, 413, "request_too_large"),
    ]
    for body, wanted, code in cases:
        status, answer, _ = await call(product, bot["token"], "POST", "/chat/completions", body)
        assert (status, answer["error"]["code"]) == (wanted, code)
        assert set(answer["error"]) == {"message", "type", "param", "code"}

    _, quota = await workspace.admin("GET", "/api/quota")
    assert quota["used"] == 0


async def test_a_chunked_body_over_the_limit_is_413_as_well(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    async def pieces() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    headers = {"Authorization": f"Bearer {bot['token']}"}
    async with product.http.post(product.chat_url + "/chat/completions", data=pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_the_last_message_of_the_month_is_answered_and_the_next_is_429_with_retry_after(product: Product) -> None:
    workspace = await product.make_workspace(message_limit=1)
    bot = await workspace.add_bot("mevichat:mini")

    first, _ = await workspace.ask(bot["token"], "Hello")
    status, refused, answer = await call(product, bot["token"], "POST", "/chat/completions", {"messages": HELLO})

    assert first == 200
    assert (status, refused["error"]["code"]) == (429, "quota_exceeded")
    assert int(answer.headers["Retry-After"]) > 0


async def test_respond_async_answers_at_once_and_the_turn_is_read_later(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    status, later, answer = await call(
        product, bot["token"], "POST", "/chat/completions", {"messages": HELLO}, Prefer="respond-async"
    )

    assert status == 202
    assert answer.headers["Location"] == f"/v1/turns/{later['turn_id']}"
    turn: dict[str, Any] = {}

    async def is_completed() -> bool:
        nonlocal turn
        _, turn, _ = await call(product, bot["token"], "GET", f"/turns/{later['turn_id']}")
        return bool(turn["status"] == "completed")

    await until(is_completed)
    assert turn["question"] == "Hello"
    assert turn["answer"]


async def test_the_same_idempotency_key_gives_the_same_turn_and_costs_one_message(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    send = {"messages": HELLO}

    _, first, _ = await call(product, bot["token"], "POST", "/chat/completions", send, Idempotency_Key="k-1")
    _, again, _ = await call(product, bot["token"], "POST", "/chat/completions", send, Idempotency_Key="k-1")
    status, _, _ = await call(
        product, bot["token"], "POST", "/chat/completions", send | {"user": "u"}, Idempotency_Key="k-1"
    )

    assert first["mevichat"]["turn_id"] == again["mevichat"]["turn_id"]
    assert status == 409
    _, quota = await workspace.admin("GET", "/api/quota")
    assert quota["used"] == 1


async def test_a_turn_is_cancelled_once_and_again_and_its_caller_reads_it(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await slow_bot(workspace)
    asking = asyncio.create_task(workspace.ask(bot["token"], "Hello", conversation="c"))

    async def is_running() -> bool:
        _, seen, _ = await call(product, bot["token"], "GET", "/conversations/c")
        return bool(seen.get("turns") and seen["turns"][0]["status"] == "running")

    await until(is_running)
    _, seen, _ = await call(product, bot["token"], "GET", "/conversations/c")
    turn_id = seen["turns"][0]["turn_id"]

    for _ in range(2):
        status, turn, _ = await call(product, bot["token"], "POST", f"/turns/{turn_id}/cancel")
        assert (status, turn["status"]) == (200, "cancelled")
    _, body = await asking
    assert body["mevichat"]["status"] == "cancelled"
    status, _, _ = await call(product, bot["token"], "POST", f"/turns/{turn_id}/retry")
    assert status == 409


async def test_a_failed_turn_is_retried_by_hand_when_the_key_works_again(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", GOOD_KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(GOOD_KEY, "invalid_prompt")
    _, failed = await workspace.ask(bot["token"], "Hello", conversation="c")
    product.simulator.set_scenario(GOOD_KEY, "ok")
    turn_id = failed["mevichat"]["turn_id"]

    status, _, _ = await call(product, bot["token"], "POST", f"/turns/{turn_id}/retry")

    assert status == 200
    turn: dict[str, Any] = {}

    async def is_completed() -> bool:
        nonlocal turn
        _, turn, _ = await call(product, bot["token"], "GET", f"/turns/{turn_id}")
        return bool(turn["status"] == "completed")

    await until(is_completed)
    assert "Hello" in turn["answer"]
    status, _, _ = await call(product, bot["token"], "POST", f"/turns/{turn_id}/cancel")
    assert status == 409


async def test_events_can_be_followed_and_resumed_after_an_id(product: Product) -> None:
    workspace = await product.make_workspace()
    key = "sk-sim-chunks30.chunkdelay40-" + "e" * 24
    await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini")
    headers = {"Authorization": f"Bearer {bot['token']}"}
    body = {"messages": HELLO, "stream": True, "conversation": "c"}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as stream:
        await stream.content.readuntil(b"content")
        _, seen, _ = await call(product, bot["token"], "GET", "/conversations/c")
        url = f"{product.chat_url}/turns/{seen['turns'][0]['turn_id']}/events"
        async with product.http.get(url, headers=headers) as whole:
            events = _events(await whole.text())
    resumed_after = events[2][1]["id"]
    async with product.http.get(url, headers=headers | {"Last-Event-ID": resumed_after}) as rest:
        last = _events(await rest.text())

    deltas = [data for name, data in events if name == "delta"]
    assert len(deltas) > 3
    assert events[-1][0] == "done"
    assert "".join(delta["text"] for delta in deltas) == events[-1][1]["turn"]["answer"]
    assert [name for name, _ in last] == ["done"]


def _events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], orjson.loads(fields["data"])))
    return found


async def test_turns_and_conversations_of_another_bot_are_not_found(product: Product) -> None:
    workspace = await product.make_workspace()
    one, other = await workspace.add_bot("mevichat:mini"), await workspace.add_bot("mevichat:mini")
    _, reply = await workspace.ask(one["token"], "Hello", conversation="c")
    turn_id = reply["mevichat"]["turn_id"]

    paths = [("GET", f"/turns/{turn_id}"), ("POST", f"/turns/{turn_id}/retry"), ("POST", f"/turns/{turn_id}/cancel")]
    paths += [("GET", f"/turns/{turn_id}/events"), ("GET", "/conversations/c"), ("GET", f"/turns/{new_id()}")]
    paths += [("GET", "/turns/no-id")]
    for method, path in paths:
        status, answer, _ = await call(product, other["token"], method, path)
        assert (status, answer["error"]["code"]) == (404, "not_found"), path


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json"])
async def test_both_doors_answer_health_metrics_and_openapi(product: Product, path: str) -> None:
    for port in (product.settings.gateway_port, product.settings.dashboard_port):
        async with product.http.get(f"http://127.0.0.1:{port}{path}") as answer:
            assert answer.status == 200
