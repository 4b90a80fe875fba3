"""Reads the `messages` of a chat request; pure."""

from __future__ import annotations

from typing import Any

from services.gateway.errors import ChatError
from shared.admission.field_rules import ROLES, problem_with_text


def conversation_question(messages: Any) -> str:
    """Return the one new user message of a turn in a conversation, whose history is ours."""
    found = _list(messages)
    if len(found) != 1 or _role(found[0], 0) != "user":
        sentence = (
            "messages must hold exactly one new user message when conversation is given; the history is kept here."
        )
        raise ChatError(422, "invalid_request", sentence, "messages")
    return _content(found[0], 0)


def own_messages(messages: Any) -> tuple[list[dict[str, str]], str]:
    """Return the caller's messages as they stand, and the last user text among them."""
    found = _list(messages)
    read = [{"role": _role(message, place), "text": _content(message, place)} for place, message in enumerate(found)]
    question = next((message["text"] for message in reversed(read) if message["role"] == "user"), None)
    if question is None:
        raise ChatError(422, "invalid_request", "messages must hold at least one user message.", "messages")
    return read, question


def _list(messages: Any) -> list[Any]:
    if not isinstance(messages, list) or not messages:
        raise ChatError(422, "invalid_request", "messages must be a list of at least one message.", "messages")
    return messages


def _role(message: Any, place: int) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    known = ROLES.get(role) if isinstance(role, str) else None
    if known is None:
        param = f"messages[{place}].role"
        raise ChatError(422, "invalid_request", f"{param} must be system, user or assistant.", param)
    return known


def _content(message: dict[str, Any], place: int) -> str:
    param = f"messages[{place}].content"
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(_part(part, param) for part in content)
    problem = problem_with_text(param, content)
    if problem is not None:
        raise ChatError(422, "invalid_request", problem, param)
    return str(content)


def _part(part: Any, param: str) -> str:
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    raise ChatError(
        422, "invalid_request", f"{param} may hold text parts only; images, audio and files are not taken.", param
    )
