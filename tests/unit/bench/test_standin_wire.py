"""The stand-in's streams: as many words as asked for, framed so that an HTTP client reads them."""

from __future__ import annotations

from tests.bench.systems.standin_wire import WORD, answer_of, stream_of


def test_a_stream_holds_every_word_once_and_ends_as_openais_does() -> None:
    parts = stream_of(5, usage=False)
    whole = b"".join(parts)

    assert len(parts) == 6
    assert whole.count(WORD.encode()) == 5
    assert whole.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    assert b'"usage"' not in whole


def test_usage_stands_in_the_stream_when_it_was_asked_for() -> None:
    assert b'"usage":{"prompt_tokens":12' in b"".join(stream_of(1, usage=True))


def test_every_frame_is_as_long_as_it_says() -> None:
    body = b"".join(stream_of(3, usage=True)).split(b"\r\n\r\n", 1)[1]
    sizes = []
    while body:
        size, body = body.split(b"\r\n", 1)
        sizes.append(int(size, 16))
        assert body[sizes[-1] : sizes[-1] + 2] == b"\r\n"
        body = body[sizes[-1] + 2 :]

    assert sizes[-1] == 0
    assert len(sizes) == 8


def test_a_whole_answer_is_as_long_as_its_head_says() -> None:
    head, body = answer_of().split(b"\r\n\r\n", 1)

    assert head.endswith(b"content-length: %d" % len(body))
