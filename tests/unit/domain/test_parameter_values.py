"""What the parameters that we know may hold."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.parameter_values import LONGEST_NAME, MOST_PARAMETERS, problem_with_parameters

SCHEMA = {"type": "json_schema", "json_schema": {"name": "person", "schema": {"type": "object"}}}

GOOD: dict[str, list[Any]] = {
    "temperature": [0, 1, 2, 0.5],
    "top_p": [0, 1.0],
    "max_tokens": [1, 128_000],
    "max_completion_tokens": [1],
    "n": [1, 2],
    "seed": [-5, 0],
    "stop": ["END", ["A", "B", "C", "D"], []],
    "logprobs": [True, False],
    "top_logprobs": [0, 20],
    "presence_penalty": [-2, 2],
    "frequency_penalty": [0.5],
    "reasoning_effort": ["minimal", "high", "none"],
    "response_format": [{"type": "text"}, {"type": "json_object"}, SCHEMA],
    "tools": [[], [{"type": "function"}]],
    "tool_choice": ["auto", {"type": "function"}],
    "logit_bias": [{}],
    "parallel_tool_calls": [True],
    "top_k": [3],
    "somebody_elses": ["anything", 5, None, {}],
}
BAD: dict[str, list[Any]] = {
    "temperature": ["hot", -0.1, 2.1, True, [1], {}],
    "top_p": ["1", 1.5],
    "max_tokens": [-1, 0, 1.5, "50", True],
    "max_completion_tokens": [0],
    "n": [0, 129, "1"],
    "seed": [0.5, "x", 2**63],
    "stop": [["x"] * 40, 5, [""], "", ["x", None]],
    "logprobs": [1, "true"],
    "top_logprobs": [21, -1],
    "presence_penalty": [3, "low"],
    "frequency_penalty": [-2.5],
    "reasoning_effort": ["very", 5, ["low"]],
    "verbosity": ["loud"],
    "response_format": [
        "json",
        {"type": "xml"},
        {"type": ["text"]},
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"name": "person"}},
    ],
    "tools": ["search", ["search"], {}],
    "tool_choice": [5],
    "logit_bias": [[]],
    "parallel_tool_calls": ["yes"],
    "top_k": [0, "3"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_value_of_the_right_type_is_taken(name: str, value: Any) -> None:
    assert problem_with_parameters({name: value}) is None


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_of_a_wrong_type_is_named_with_the_fix(name: str, value: Any) -> None:
    problem = problem_with_parameters({"user_defined": 1, name: value})

    assert problem is not None
    param, sentence = problem
    assert param == name
    assert sentence.startswith(f"{name} must be ")
    assert sentence.endswith(".")


def test_too_many_fields_and_endless_names_are_refused() -> None:
    many = {f"field{number}": 1 for number in range(MOST_PARAMETERS + 1)}

    assert problem_with_parameters(many) is not None
    assert problem_with_parameters({"x" * (LONGEST_NAME + 1): 1}) is not None
    assert problem_with_parameters({"a\nb": 1}) is not None
    assert problem_with_parameters({"x" * LONGEST_NAME: 1}) is None
