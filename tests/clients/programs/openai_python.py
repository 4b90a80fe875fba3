"""The OpenAI Python SDK talks to a bot."""

from __future__ import annotations

import asyncio
from typing import Any

from openai import AsyncOpenAI, OpenAI

from tests.clients.programs.saying import (
    APOLOGY,
    BROKEN_TOKEN,
    IMAGE,
    POOR_TOKEN,
    TOKEN,
    TOOL,
    URL,
    WRONG_TOKEN,
    run_cases,
)

client = OpenAI(base_url=URL, api_key=TOKEN, max_retries=0)
HELLO: Any = [{"role": "user", "content": "Hello there"}]


def ask(own: OpenAI = client, **fields: Any) -> Any:
    return own.chat.completions.create(**{"model": "default", "messages": HELLO} | fields)


def whole() -> bool:
    reply = ask()
    return "Hello there" in reply.choices[0].message.content and reply.usage.total_tokens > 0


def stream() -> bool:
    chunks = list(ask(stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    return "Hello there" in text and chunks[-1].choices[0].finish_reason == "stop"


def stream_usage() -> bool:
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    return chunks[-1].usage.completion_tokens > 0 and not chunks[-1].choices


def stream_context() -> bool:
    with client.chat.completions.stream(model="default", messages=HELLO) as events:
        kinds = {event.type for event in events}
        final = events.get_final_completion()
    return "content.delta" in kinds and "Hello there" in (final.choices[0].message.content or "")


def asynchronous() -> bool:
    async def talk() -> bool:
        async with AsyncOpenAI(base_url=URL, api_key=TOKEN, max_retries=0) as own:
            reply = await own.chat.completions.create(model="default", messages=HELLO)
            chunks = [chunk async for chunk in await own.chat.completions.create(
                model="default", messages=HELLO, stream=True
            )]  # fmt: skip
            return "Hello there" in (reply.choices[0].message.content or "") and len(chunks) > 1

    return asyncio.run(talk())


def history() -> bool:
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": [{"type": "text", "text": "Hello "}, {"type": "text", "text": "there"}]},
    ]
    return "Hello there" in ask(messages=messages).choices[0].message.content


def conversation() -> bool:
    for _ in range(2):
        ask(extra_body={"conversation": "python-sdk"})
    found: Any = client.get("/conversations/python-sdk", cast_to=object)
    return [turn["status"] for turn in found["turns"]] == ["completed", "completed"]


def parameters() -> bool:
    reply = ask(user="user-1", max_completion_tokens=200, temperature=0.5, metadata={"a": "b"}, store=False)
    return reply.choices[0].finish_reason == "stop" and isinstance(reply.mevichat["ignored_parameters"], dict)


def raw_headers() -> bool:
    raw = client.chat.completions.with_raw_response.create(model="default", messages=HELLO)
    return raw.headers["Mevichat-Turn-Status"] == "completed" and bool(raw.parse().choices[0].message.content)


def idempotency() -> bool:
    first, again = (ask(extra_headers={"Idempotency-Key": "python-sdk"}).id for _ in range(2))
    return bool(first == again)


def later() -> bool:
    raw = client.chat.completions.with_raw_response.create(
        model="default", messages=HELLO, extra_headers={"Prefer": "respond-async"}
    )
    return raw.status_code == 202 and raw.headers["Location"].startswith("/v1/turns/")


def json_mode() -> bool:
    return bool(ask(response_format={"type": "json_object"}).choices[0].finish_reason == "stop")


def failed_turn() -> bool:
    reply = ask(OpenAI(base_url=URL, api_key=BROKEN_TOKEN))
    return bool(reply.choices[0].message.content == APOLOGY and reply.mevichat["status"] == "failed")


def models() -> bool:
    return "gpt-5-mini" in {model.id for model in client.models.list()}


def one_model() -> bool:
    return client.models.retrieve("gpt-5-mini").owned_by == "openai"


def tools() -> str:
    reply = ask(tools=[{"type": "function", "function": TOOL}])
    is_text = reply.choices[0].message.tool_calls is None and "tools" in reply.mevichat["ignored_parameters"]
    return "a text, no tool call" if is_text else str(reply)


def image() -> Any:
    return ask(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]}])


def two_choices() -> str:
    reply = ask(n=2)
    return "one choice" if len(reply.choices) == 1 and "n" in reply.mevichat["ignored_parameters"] else str(reply)


CASES = {
    "whole": whole,
    "stream": stream,
    "stream_usage": stream_usage,
    "stream_context": stream_context,
    "async": asynchronous,
    "history": history,
    "conversation": conversation,
    "parameters": parameters,
    "raw_headers": raw_headers,
    "idempotency": idempotency,
    "later": later,
    "json_mode": json_mode,
    "failed_turn": failed_turn,
    "models": models,
    "one_model": one_model,
    "wrong_token": lambda: ask(OpenAI(base_url=URL, api_key=WRONG_TOKEN)),
    "unknown_model": lambda: ask(model="gpt-2"),
    "bad_field": lambda: ask(temperature="warm"),
    "no_quota": lambda: ask(OpenAI(base_url=URL, api_key=POOR_TOKEN)),
    "tools": tools,
    "image": image,
    "two_choices": two_choices,
    "embeddings": lambda: client.embeddings.create(model="default", input="Hello"),
    "responses": lambda: client.responses.create(model="default", input="Hello"),
}

if __name__ == "__main__":
    run_cases(CASES)
