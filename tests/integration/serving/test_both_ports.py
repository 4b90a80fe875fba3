"""Both ports of the product are guarded, and a caller who leaves in the middle of a request is no failure of ours."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.integration.serving.raw import Seen, Served
from tests.product import running_product


async def test_both_ports_refuse_slow_requests_and_large_heads_and_log_no_failure(
    database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    quick: dict[str, Any] = {"request_head_seconds": 0.2, "request_body_seconds": 0.2, "request_head_bytes": 3_000}
    async with running_product(database_url, redis_url, **quick) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        ports = [
            (product.settings.gateway_port, "/v1/chat/completions", bot["token"]),
            (product.settings.dashboard_port, "/api/bots", workspace.admin_token),
        ]
        for port, path, token in ports:
            door = Served(port, Seen())
            head = (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 99\r\n".encode()
            )
            slow_head = await door.answer_to(head, b"a")
            slow_body = await door.answer_to(head + b"\r\n", b"{")
            large = await door.answer_to(head + b"A: " + b"a" * 3_000)
            assert [each[:13] for each in (slow_head, slow_body, large)] == [
                b"HTTP/1.1 408 ",
                b"HTTP/1.1 408 ",
                b"HTTP/1.1 431 ",
            ]
        assert (await workspace.ask(bot["token"], "Hello"))[0] == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_form_that_stops_in_the_middle_is_no_failure_of_the_dashboard(
    database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_product(database_url, redis_url, request_body_seconds=0.2) as product:
        door = Served(product.settings.dashboard_port, Seen())
        head = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"

        assert (await door.answer_to(head + b"token=")).startswith(b"HTTP/1.1 408 ")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
