"""What strangers write, read by chance: every parser answers with a value or with its own refusal, never otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import example, given, settings, strategies as st

from services.dashboard.pages.cursors import cursor_of, place_of
from services.dashboard.signing_in.cookie import local_path
from services.gateway.errors import ChatError
from services.gateway.parse_chat import ChatBody, parse_chat
from shared.events.wire import EventUnreadableError, event_from_primitives, event_to_primitives
from shared.providers.direct.events import EventCutter
from shared.providers.error_table import read_retry_after
from shared.providers.rate_limits import read_anthropic_limits, read_openai_limits
from shared.queue.followers import parse_place
from tests.unit.events.test_golden_events import EVENTS

MANY = settings(max_examples=400, deadline=None, derandomize=True)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = st.text(max_size=60) | st.sampled_from(["", "²", "٣", "9" * 5_000, "1.", ".1", "-1", "nan", "inf", "1e999"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
FIELDS = ("model", "messages", "conversation", "user", "stream", "stream_options", "temperature", "stop", "tools", "n")
MESSAGES = st.lists(st.fixed_dictionaries({"role": st.just("user") | TEXTS, "content": TEXTS | VALUES}), max_size=3)
BODIES = st.dictionaries(st.sampled_from(FIELDS) | TEXTS, VALUES, max_size=4)


@MANY
@given(BODIES, st.none() | MESSAGES, st.booleans(), st.none() | st.text(st.characters(max_codepoint=255), max_size=300))
def test_a_chat_body_is_a_request_that_can_be_stored_or_a_refusal_that_names_why(
    body: dict[str, Any], messages: list[Any] | None, is_async: bool, key: str | None
) -> None:
    whole = body if messages is None else body | {"messages": messages}
    chat = _parsed(json.dumps(whole).encode(), is_async=is_async, idempotency_key=key, end_user=key)
    if isinstance(chat, ChatError):
        assert (chat.status in (400, 422), chat.message[-1:]) == (True, ".")
        return
    stored = orjson.dumps([chat.request.messages, chat.request.parameters, chat.request.question])
    assert b"\\u0000" not in stored
    assert chat.request.question.strip()


@MANY
@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"messages":' + b"[" * 2_000)
@example(b'\xef\xbb\xbf{"messages": []}')
@example(b'{"temperature": 1e999, "messages": [{"role": "user", "content": "x"}]}')
def test_bytes_are_a_chat_body_or_a_refusal(body: bytes) -> None:
    chat = _parsed(body, is_async=False, idempotency_key="k")

    assert not isinstance(chat, ChatError) or chat.status in (400, 422)


def _parsed(body: bytes, **named: Any) -> ChatBody | ChatError:
    try:
        return parse_chat(body, **named)
    except ChatError as refusal:
        return refusal


@MANY
@given(st.none() | TEXTS | st.text("0123456789.-", max_size=40))
@example("1." + "9" * 5_000)
@example("٣.٣")
def test_the_place_of_an_event_stream_is_two_numbers_of_ours_or_the_beginning(after: str | None) -> None:
    attempt, sequence = parse_place(after)

    assert (attempt, sequence) == (0, -1) or after is not None
    assert -1 <= sequence < 10**18


@MANY
@given(TEXTS | st.text("0123456789-", max_size=40))
def test_a_cursor_is_a_place_that_writes_itself_again_or_none(cursor: str) -> None:
    place = place_of(cursor)

    assert place is None or place_of(cursor_of(place)) == place


@MANY
@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), TEXTS | st.floats().map(str)))
def test_a_wait_is_a_finite_number_of_seconds_or_none(headers: dict[str, str]) -> None:
    seconds = read_retry_after(headers)

    assert seconds is None or 0 <= seconds < float("inf")


LIMIT_HEADERS = st.fixed_dictionaries(
    {
        f"{prefix}{kind}{suffix}": st.just("0") | TEXTS
        for prefix in ("x-ratelimit-remaining-", "x-ratelimit-reset-", "x-ratelimit-limit-", "anthropic-ratelimit-")
        for kind in ("requests", "tokens")
        for suffix in (("-remaining", "-reset", "-limit") if prefix.startswith("anthropic") else ("",))
    }
)


@MANY
@given(LIMIT_HEADERS)
def test_limits_are_pauses_of_finite_length_or_none(headers: dict[str, str]) -> None:
    for limits in (read_openai_limits(headers), read_anthropic_limits(headers, NOW)):
        assert limits is None or 0 <= limits.pause_seconds < float("inf")


@MANY
@given(st.dictionaries(st.sampled_from(["name", "events", "key_id", "turn_id"]) | TEXTS, VALUES, max_size=4))
@example({"name": "usage.recorded.v1", "events": [["x"]]})
@example({"name": "key.rejected.v1"})
@example({"name": ["key.rejected.v1"]})
def test_an_event_of_nobody_is_unreadable(values: dict[str, Any]) -> None:
    try:
        event = event_from_primitives(values)
    except EventUnreadableError:
        return
    assert event_to_primitives(event)["name"] == values["name"]


@MANY
@given(st.sampled_from(EVENTS), st.data())
def test_an_event_that_lost_a_field_is_unreadable(event: Any, data: st.DataObject) -> None:
    values = json.loads(json.dumps(event_to_primitives(event)))
    del values[data.draw(st.sampled_from(sorted(values)))]
    try:
        event_from_primitives(values)
    except EventUnreadableError:
        return
    raise AssertionError(values)


@MANY
@given(st.binary(), st.lists(st.binary(max_size=5), max_size=20))
def test_a_providers_stream_of_garbage_gives_events_of_what_it_holds(text: bytes, pieces: list[bytes]) -> None:
    cutter = EventCutter()
    events = [event for piece in [b"data: ", text, *pieces, b"\n\n"] for event in cutter.feed(piece)]

    assert sum(len(event.data) for event in events) <= len(text) + sum(map(len, pieces))


@MANY
@given(st.none() | TEXTS | st.text("/\\?#:@%.\t\r\n evil", max_size=12))
@example("/\\evil.example")
@example("//evil.example")
@example("/\t/evil.example")
def test_the_way_back_after_login_is_a_path_of_ours(target: str | None) -> None:
    path = local_path(target)

    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()
