"""What is wrong with a form's fields, each in a sentence of our own that names it and the fix; pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

SENTENCES = {
    "missing": "{field} is missing; add it.",
    "extra_forbidden": "{field} is not a field of this request; remove it.",
    "string_type": "{field} must be a text; put it in quotes.",
    "string_too_short": "{field} is too short; write at least {min_length:,} of its characters.",
    "string_too_long": "{field} has more than {max_length:,} characters; shorten it.",
    "too_short": "{field} is too short; at least {min_length:,} belong there.",
    "too_long": "{field} is too long; at most {max_length:,} fit.",
    "bool_type": "{field} must be true or false.",
    "bool_parsing": "{field} must be true or false.",
    "int_type": "{field} must be a whole number.",
    "int_parsing": "{field} must be a whole number.",
    "int_parsing_size": "{field} is too large a number; send a smaller one.",
    "int_from_float": "{field} must be a whole number.",
    "float_type": "{field} must be a number.",
    "float_parsing": "{field} must be a number.",
    "greater_than": "{field} must be more than {gt}.",
    "greater_than_equal": "{field} must be at least {ge}.",
    "less_than": "{field} must be less than {lt}.",
    "less_than_equal": "{field} must be at most {le}.",
    "uuid_type": "{field} must be an id as this API gives them out; copy it from there.",
    "uuid_parsing": "{field} must be an id as this API gives them out; copy it from there.",
    "literal_error": "{field} must be {expected}.",
    "enum": "{field} must be {expected}.",
    "list_type": "{field} must be a list.",
    "dict_type": "{field} must be an object.",
    "model_type": "{field} must be an object.",
    "value_error": "{field} {error}; correct it.",
}
"""By the library's name for a problem, which it keeps; its own words are for programmers."""
ANY_OTHER = "{field} is not what belongs there; see /openapi.json for what does."
NO_WHOLE_NUMBER = (
    "int_type",
    "int_parsing",
    "int_parsing_size",
    "int_from_float",
    "greater_than_equal",
    "less_than_equal",
)
RANGE = "{field} must be a whole number from {least:,} to {most:,}."
NAMELESS = '""'
"""What a sentence calls a field whose name is empty."""
EMPTY = "{field} is empty; write something or leave it out."
EMPTY_BUT_REQUIRED = "{field} is empty; it is required, so write something."


def sentences_of(wrong: ValidationError, form: type[BaseModel]) -> dict[str, str]:
    """Return the sentence of every field that is wrong, by field; of one that is wrong twice, the first."""
    sentences: dict[str, str] = {}
    for problem in wrong.errors(include_input=False, include_url=False):
        sentences.setdefault(field_of(problem), sentence_of(problem, form))
    return sentences


def sentence_of(problem: Mapping[str, Any], form: type[BaseModel]) -> str:
    """Return the sentence for one problem of pydantic's list with a form, with its context."""
    facts = dict(problem.get("ctx", {}))
    is_empty = problem["type"] == "string_too_short" and facts.get("min_length") == 1
    sentence = _empty(problem, form) if is_empty else SENTENCES.get(problem["type"], ANY_OTHER)
    if problem["type"] in NO_WHOLE_NUMBER and field_of(problem) in _ranges(form):
        sentence, (facts["least"], facts["most"]) = RANGE, _ranges(form)[field_of(problem)]
    if "expected" in facts:
        facts["expected"] = str(facts["expected"]).replace("'", "")
    return sentence.format(field=field_of(problem) or NAMELESS, **facts)


def _empty(problem: Mapping[str, Any], form: type[BaseModel]) -> str:
    field = form.model_fields.get(field_of(problem))
    return EMPTY_BUT_REQUIRED if field is not None and field.is_required() else EMPTY


@cache
def _ranges(form: type[BaseModel]) -> Mapping[str, tuple[int, int]]:
    """Return the least and the most of every field that is a whole number between two."""
    kinds = {name: field.get("anyOf", [field]) for name, field in form.model_json_schema()["properties"].items()}
    bounded = ((name, kind) for name, either in kinds.items() for kind in either if {"minimum", "maximum"} <= set(kind))
    return {name: (kind["minimum"], kind["maximum"]) for name, kind in bounded}


def field_of(problem: Mapping[str, Any]) -> str:
    """Return the field's name, with the way to it where it stands inside another."""
    return ".".join(str(part) for part in problem["loc"]) if problem["loc"] else "The body"
