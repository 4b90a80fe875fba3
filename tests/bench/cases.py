"""The three measurements, each a small closed experiment on a running stack."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

from tests.bench.load import Load, chat_request, run_load
from tests.bench.processes import cpu_between, use_by_role
from tests.bench.stack import Stack

CHAT = "/v1/chat/completions"
QUESTION = {"model": "default", "messages": [{"role": "user", "content": "What is your name?"}]}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    case: str
    figure: str
    value: float
    unit: str
    target: str


async def idle_memory(stack: Stack) -> list[Row]:
    """Measure the memory of the whole stack before any turn."""
    uses = use_by_role(stack.pid)
    total = sum(use.pss_mb for role, use in uses.items() if role != "simulator")
    rows = [Row("idle", f"PSS of {role}", use.pss_mb, "MB", "") for role, use in sorted(uses.items())]
    return [*rows, Row("idle", "PSS of all but the simulator", total, "MB", "under 700")]


async def one_client(stack: Stack, token: str, requests: int) -> list[Row]:
    """Measure what the product adds to a provider's latency when one client asks."""
    direct = await run_load("127.0.0.1", stack.simulator_port, _direct_request(), clients=1, requests=requests)
    ours = await run_load("127.0.0.1", stack.chat_port, _request(token), clients=1, requests=requests)
    base = direct.percentile_ms(50)
    return [
        _wrong("1 client", ours),
        Row("1 client", "provider alone p50", base, "ms", ""),
        Row("1 client", "added p50", ours.percentile_ms(50) - base, "ms", "under 8"),
        Row("1 client", "added p99", ours.percentile_ms(99) - base, "ms", "under 20"),
    ]


async def many_clients(stack: Stack, token: str, requests: int) -> list[Row]:
    """Measure throughput at 64 clients and where its CPU goes."""
    await run_load("127.0.0.1", stack.chat_port, _request(token), clients=64, requests=requests // 4)
    before = use_by_role(stack.pid)
    load = await run_load("127.0.0.1", stack.chat_port, _request(token), clients=64, requests=requests)
    spent = cpu_between(before, use_by_role(stack.pid))
    rows = [
        Row("64 clients", f"CPU a turn in {role}", seconds / requests * 1e6, "microseconds", "")
        for role, seconds in sorted(spent.items())
    ]
    return [
        _wrong("64 clients", load),
        Row("64 clients", "turns a second", load.per_second, "/s", "at least 600"),
        Row("64 clients", "p50", load.percentile_ms(50), "ms", ""),
        Row("64 clients", "p99", load.percentile_ms(99), "ms", ""),
        *rows,
    ]


async def in_flight(stack: Stack, slow_token: str, turns: int) -> list[Row]:
    """Hold so many slow turns in flight in the one worker process and watch its memory."""
    task = asyncio.create_task(
        run_load("127.0.0.1", stack.chat_port, _request(slow_token), clients=turns, requests=turns),
    )
    highest_mb = 0.0
    while not task.done():
        highest_mb = max(highest_mb, use_by_role(stack.pid)["worker"].pss_mb)
        await asyncio.wait([task], timeout=0.5)
    load = task.result()
    return [
        _wrong(f"{turns} in flight", load),
        Row(f"{turns} in flight", "turns answered", float(len(load.latencies_ms)), "", str(turns)),
        Row(f"{turns} in flight", "slowest turn", load.percentile_ms(100) / 1000, "s", ""),
        Row(f"{turns} in flight", "highest PSS of the worker", highest_mb, "MB", "under 300"),
    ]


async def dead_keys(stack: Stack, keys: int) -> list[Row]:
    """Measure how long a revoked key goes unnoticed: from the question that meets the 401 to the state `invalid`."""
    seconds = []
    for number in range(keys):
        key = f"sk-sim-ok-{number:024d}dead"
        bot = await stack.make_bot(f"dead {number}", "gpt-5-mini", key, "openai")
        await stack.set_scenario(key, "invalid_api_key")
        began = time.perf_counter()
        await run_load("127.0.0.1", stack.chat_port, _request(bot), clients=1, requests=1)
        await stack.until_state(f"dead {number}", "invalid")
        seconds.append(time.perf_counter() - began)
    ordered = sorted(seconds)
    return [
        Row(f"{keys} keys revoked", "first 401 to invalid p50", ordered[len(ordered) // 2] * 1000, "ms", ""),
        Row(
            f"{keys} keys revoked",
            "first 401 to invalid p95",
            ordered[int(len(ordered) * 0.95)] * 1000,
            "ms",
            "under 1000",
        ),
    ]


def _wrong(case: str, load: Load) -> Row:
    if load.wrong_answers:
        print(load.wrong_answers[0][:1500].decode(errors="replace"))  # noqa: T201 - a failed run must be seen
    return Row(case, "wrong answers", float(len(load.wrong_answers)), "", "0")


def _request(token: str) -> bytes:
    return chat_request(CHAT, token, json.dumps(QUESTION).encode())


def _direct_request() -> bytes:
    body = json.dumps(QUESTION | {"model": "gpt-5-mini"}).encode()
    return chat_request("/openai" + CHAT, "sk-sim-ok-" + "0" * 24, body)
