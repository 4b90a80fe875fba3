"""How long a body may take, and what a refused connection reads."""

from __future__ import annotations

import orjson
import pytest

from shared.serving import refusals
from shared.serving.limits import RequestLimits
from shared.serving.refusals import ConnectionRefusal


def test_a_large_body_gets_more_time_and_a_small_one_does_not_get_it_for_ever() -> None:
    limits = RequestLimits(body_seconds=30, body_bytes_a_second=10_000)

    assert limits.body_seconds_for(0) == 30
    assert limits.body_seconds_for(100) < 31
    assert limits.body_seconds_for(1_000_000) == 130


@pytest.mark.parametrize("refusal", [each for each in vars(refusals).values() if isinstance(each, ConnectionRefusal)])
def test_every_refusal_is_a_whole_answer_in_the_shape_of_both_ports(refusal: ConnectionRefusal) -> None:
    head, _, body = refusal.answer().partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {refusal.status} ".encode())
    assert f"Content-Length: {len(body)}\r\n".encode() in head + b"\r\n"
    assert set(orjson.loads(body)["error"]) == {"message", "type", "param", "code"}
