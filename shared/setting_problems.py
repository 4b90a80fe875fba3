"""What is wrong with a setting, in a sentence of our own that names it and the fix; pure."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

IN_OUR_WORDS: Final = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a number",
    "literal_error": "must be {expected}",
}
"""What is wrong with a setting, by the kind of error that the library names."""


def sentences_of(invalid: ValidationError, *, prefix: str) -> list[str]:
    """Return a sentence for each setting that is wrong, never with its value: it may be a secret."""
    sentences: dict[str, str] = {}
    for problem in invalid.errors(include_input=False, include_url=False):
        name = prefix + str(problem["loc"][0]).upper()
        said = IN_OUR_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        fix = "Correct it or remove it to use the default."
        sentences.setdefault(name, f"{name} {said.format(**problem.get('ctx', {}))}. {fix}")
    return list(sentences.values())
