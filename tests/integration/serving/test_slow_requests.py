"""Connections that come slowly, bring too much or are never read: each ends, and no other is harmed."""

from __future__ import annotations

import asyncio

import pytest

from shared.serving.limits import RequestLimits
from tests.integration.serving.raw import PATIENCE_SECONDS, served

QUICK = RequestLimits(head_seconds=0.2, body_seconds=0.2, unread_seconds=0.3, idle_seconds=0.3, head_bytes=2_000)
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "then"),
    [(b"G", b""), (b"G", b"E"), (b"GET / HTTP/1.1\r\nHost: x\r\nA", b"a"), (b"\r\n", b"\r\n"), (GET + b"GET ", b"/")],
    ids=["one byte", "method", "header", "empty lines", "second request"],
)
async def test_a_head_that_comes_byte_by_byte_is_refused_and_its_connection_ends(begin: bytes, then: bytes) -> None:
    async with served(QUICK) as door:
        answer = await door.answer_to(begin, then)

        assert b"HTTP/1.1 4" in answer
        assert b"request_timeout" in answer or b"invalid_http" in answer


@pytest.mark.parametrize(
    ("begin", "then"),
    [(POST, b""), (POST, b"a"), (CHUNKED, b"1\r\na\r\n"), (CHUNKED + b"0\r\n", b"a: b\r\n")],
    ids=["no body", "body", "chunks", "trailers"],
)
async def test_a_body_that_comes_byte_by_byte_is_refused_and_the_application_learns_that_its_caller_left(
    begin: bytes, then: bytes
) -> None:
    async with served(QUICK) as door:
        answer = await door.answer_to(begin, then)

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.count(b"HTTP/1.1") == 1
        async with asyncio.timeout(PATIENCE_SECONDS):
            await door.seen.left.wait()
        assert door.seen.bodies == []


async def test_a_slow_body_that_keeps_the_least_pace_is_taken() -> None:
    limits = RequestLimits(body_seconds=0.2, body_bytes_a_second=1)
    async with served(limits) as door:
        reader, writer = await door.connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n")
        for _ in range(20):
            writer.write(b"x")
            await asyncio.sleep(0.03)  # three times the first limit in all

        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_a_connection_that_never_sends_anything_is_closed() -> None:
    async with served(QUICK) as door:
        assert await door.answer_to(b"") == b""
        assert (await door.answer_to(GET)).startswith(b"HTTP/1.1 200 ")  # and so is one that has been answered


async def test_a_stream_may_take_longer_than_any_request_and_one_connection_serves_many() -> None:
    async with served(QUICK) as door:
        reader, writer = await door.connect()
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
            assert b"2\r\nhi\r\n0\r\n\r\n" in await reader.readuntil(b"0\r\n\r\n")
        writer.write(GET.replace(b"/ ", b"/stream "))
        await reader.readuntil(b"first")
        assert b"408" in await door.answer_to(b"G")  # so long has it lasted already
        assert await door.answer_to(b"") == b""
        door.seen.go_on.set()

        assert (await reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
        writer.close()


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"a" * 3_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"a" * 3_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"a" * 3_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 600 + b"\r\n",
        CHUNKED + b"0\r\n" + b"a: b\r\n" * 600,
        CHUNKED + b"1;" + b"a" * 3_000,
    ],
    ids=["address", "header", "open header", "many headers", "trailers", "chunk extension"],
)
async def test_a_head_or_trailers_without_end_are_refused(data: bytes) -> None:
    async with served(QUICK) as door:
        answer = await door.answer_to(data)

        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b"send shorter ones" in answer
        assert door.seen.bodies == []


async def test_a_large_body_is_no_large_head() -> None:
    async with served(QUICK) as door:
        body = b"b" * 100_000
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
        assert body in (await door.answer_to(head + body)).replace(b"\r\n", b"")
        chunks = b"".join(b"1\r\nc\r\n" for _ in range(5_000)) + b"0\r\n\r\n"
        await door.answer_to(CHUNKED.replace(b"Host: x", b"Connection: close") + chunks)
        assert door.seen.bodies == [body, b"c" * 5_000]


async def test_a_trailer_is_no_header_of_the_request() -> None:
    async with served(QUICK) as door:
        await door.answer_to(CHUNKED + b"2\r\nhi\r\n0\r\nAuthorization: Bearer later\r\n\r\n")

        assert door.seen.bodies == [b"hi"]
        assert b"authorization" not in dict(door.seen.headers)


async def test_what_is_no_request_gets_a_sentence() -> None:
    async with served(QUICK) as door:
        for data in (
            b"hello\r\n\r\n",
            b"\x16\x03\x01\x02",
            b"GET / HTTP/9.9\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ):
            answer = await door.answer_to(data)
            assert answer.startswith(b"HTTP/1.1 400 "), data
            assert b"This is no valid HTTP request" in answer


async def test_two_lengths_of_one_body_are_refused() -> None:
    twice = [b"Content-Length: 2\r\nContent-Length: 3", b"Content-Length: 2\r\nTransfer-Encoding: chunked"]
    twice += [b"Transfer-Encoding: chunked, gzip", b"Content-Length: +2", b"Content-Length: 0x2", b"Content-Length : 2"]
    async with served(QUICK) as door:
        for lines in twice:
            answer = await door.answer_to(b"POST / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\nhi")
            assert answer.startswith(b"HTTP/1.1 400 "), lines
            assert door.seen.bodies == [], lines


@pytest.mark.parametrize("name", ["Host", "Authorization"])
async def test_a_header_that_a_proxy_may_read_otherwise_than_we_comes_once(name: str) -> None:
    async with served(QUICK) as door:
        answer = await door.answer_to(f"GET / HTTP/1.1\r\n{name}: a\r\n{name.lower()}: b\r\n\r\n".encode())

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"may come once" in answer
        assert door.seen.bodies == []


async def test_a_reader_who_takes_nothing_of_its_reply_is_left() -> None:
    async with served(QUICK) as door:
        _, writer = await door.connect()
        writer.write(GET.replace(b"/ ", b"/flood "))

        async with asyncio.timeout(PATIENCE_SECONDS):
            await door.seen.left.wait()
        writer.close()


async def test_one_connection_too_many_is_told_so_and_a_free_place_is_taken() -> None:
    async with served(RequestLimits(connections=2)) as door:
        kept = [await door.connect() for _ in range(2)]
        for reader, writer in kept:
            writer.write(GET)
            await reader.readuntil(b"0\r\n\r\n")

        assert (await door.answer_to(b"")).startswith(b"HTTP/1.1 503 ")
        kept[0][1].close()
        await kept[0][1].wait_closed()
        answer = b""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not answer.startswith(b"HTTP/1.1 200 "):
                answer = await door.answer_to(GET.replace(b"Host: x", b"Connection: close"))
        kept[1][1].close()
