"""LangChain's ChatOpenAI talks to a bot."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

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


def chat(token: str = TOKEN, **fields: Any) -> Any:
    return ChatOpenAI(**{"base_url": URL, "api_key": token, "model": "default", "max_retries": 0} | fields)


def whole() -> bool:
    reply = chat().invoke("Hello there")
    return "Hello there" in reply.content and reply.usage_metadata["total_tokens"] > 0


def stream() -> bool:
    chunks = list(chat().stream("Hello there"))
    return "Hello there" in "".join(chunk.content for chunk in chunks) and len(chunks) > 1


def stream_usage() -> bool:
    total: Any = None
    for chunk in chat(stream_usage=True).stream("Hello there"):
        total = chunk if total is None else total + chunk
    return bool(total.usage_metadata["output_tokens"] > 0)


def asynchronous() -> bool:
    async def talk() -> bool:
        own = chat()
        replies = await own.abatch(["Hello one", "Hello two"])
        chunks = [chunk.content async for chunk in own.astream("Hello there")]
        return "one" in replies[0].content and "two" in replies[1].content and "Hello there" in "".join(chunks)

    return asyncio.run(talk())


def history() -> bool:
    messages = [SystemMessage("Be brief."), HumanMessage("One"), AIMessage("1"), HumanMessage("Hello there")]
    return bool("Hello there" in chat().invoke(messages).content)


def conversation() -> bool:
    own = chat(extra_body={"conversation": "langchain"})
    return all("Hello there" in own.invoke("Hello there").content for _ in range(2))


def parameters() -> bool:
    own = chat(temperature=0.5, max_tokens=200, default_headers={"Mevichat-User": "user-1"})
    return bool(own.invoke("Hello there").response_metadata["finish_reason"] == "stop")


def idempotency() -> bool:
    own = chat(default_headers={"Idempotency-Key": "langchain"})
    return bool(own.invoke("Hello").response_metadata["id"] == own.invoke("Hello").response_metadata["id"])


def raw_headers() -> bool:
    reply = chat(include_response_headers=True).invoke("Hello there")
    return bool(reply.response_metadata["headers"]["mevichat-turn-status"] == "completed")


def failed_turn() -> bool:
    return bool(chat(BROKEN_TOKEN).invoke("Hello").content == APOLOGY)


def tools() -> str:
    reply = chat().bind_tools([{"type": "function", "function": TOOL}]).invoke("Hello")
    return str(reply) if reply.tool_calls or not reply.content else "a text, no tool call"


def image() -> Any:
    return chat().invoke([HumanMessage([{"type": "image_url", "image_url": {"url": IMAGE}}])])


CASES = {
    "whole": whole,
    "stream": stream,
    "stream_usage": stream_usage,
    "async": asynchronous,
    "history": history,
    "conversation": conversation,
    "parameters": parameters,
    "raw_headers": raw_headers,
    "idempotency": idempotency,
    "failed_turn": failed_turn,
    "json_mode": lambda: bool(chat().bind(response_format={"type": "json_object"}).invoke("Hello").content),
    "wrong_token": lambda: chat(WRONG_TOKEN).invoke("Hello"),
    "unknown_model": lambda: chat(model="gpt-2").invoke("Hello"),
    "bad_field": lambda: chat(temperature=99).invoke("Hello"),
    "no_quota": lambda: chat(POOR_TOKEN).invoke("Hello"),
    "tools": tools,
    "image": image,
    "responses": lambda: chat(use_responses_api=True).invoke("Hello"),
}

if __name__ == "__main__":
    run_cases(CASES)
