"""What the parameters that we know may hold, whatever the model: one sentence for each that holds something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MOST_PARAMETERS = 100
LONGEST_NAME = 100
MOST_STOPS = 4
MOST_TOKENS = 10_000_000
LARGEST_SEED = 2**63 - 1
FORMATS = ("text", "json_object", "json_schema")

Check = Callable[[Any], str | None]
"""Returns what the value must be, or None when it is."""


def problem_with_parameters(parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first parameter that holds what it cannot, and the sentence that says so; None when all is well."""
    if len(parameters) > MOST_PARAMETERS:
        return "parameters", f"The body holds more than {MOST_PARAMETERS} fields for the model; leave some out."
    for name, value in parameters.items():
        if len(name) > LONGEST_NAME or not name.isprintable():
            return name[:LONGEST_NAME], f"A field's name is longer than {LONGEST_NAME} printable characters; remove it."
        check = CHECKS.get(name)
        wanted = None if check is None or value is None else check(value)
        if wanted is not None:
            return name, f"{name} must be {wanted}."
    return None


def _number(least: float, most: float) -> Check:
    def check(value: Any) -> str | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and least <= value <= most else f"a number from {least:g} to {most:g}"

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> str | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole and least <= value <= most else f"a whole number from {least} to {most}"

    return check


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _object(value: Any) -> str | None:
    return None if isinstance(value, dict) else "an object"


def _objects(value: Any) -> str | None:
    is_list = isinstance(value, list) and all(isinstance(each, dict) for each in value)
    return None if is_list else "a list of objects"


def _text_or_object(value: Any) -> str | None:
    return None if isinstance(value, str | dict) else "a text or an object"


def _stop(value: Any) -> str | None:
    texts = value if isinstance(value, list) else [value]
    is_good = len(texts) <= MOST_STOPS and all(isinstance(text, str) and text for text in texts)
    return None if is_good else f"a text, or a list of at most {MOST_STOPS} texts, none of them empty"


def _word(*words: str) -> Check:
    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and value in words else f"one of {', '.join(words)}"

    return check


def _response_format(value: Any) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in FORMATS:
        return f"an object whose type is one of {', '.join(FORMATS)}"
    if kind != "json_schema":
        return None
    named = value.get("json_schema")
    is_good = isinstance(named, dict) and isinstance(named.get("name"), str) and isinstance(named.get("schema"), dict)
    return None if is_good else "an object whose json_schema holds a name (text) and a schema (object)"


CHECKS: Mapping[str, Check] = {
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "top_k": _whole(1, MOST_TOKENS),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "max_tokens": _whole(1, MOST_TOKENS),
    "max_completion_tokens": _whole(1, MOST_TOKENS),
    "n": _whole(1, 128),
    "seed": _whole(-LARGEST_SEED, LARGEST_SEED),
    "stop": _stop,
    "logprobs": _boolean,
    "top_logprobs": _whole(0, 20),
    "logit_bias": _object,
    "reasoning_effort": _word("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "verbosity": _word("low", "medium", "high"),
    "response_format": _response_format,
    "tools": _objects,
    "tool_choice": _text_or_object,
    "parallel_tool_calls": _boolean,
}
