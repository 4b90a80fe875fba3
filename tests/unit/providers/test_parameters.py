"""Every parameter travels, is changed, or is named with the reason; none disappears."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from shared.domain.catalogue import Model, load_catalogue
from shared.domain.parameter_rules import ParameterRule
from shared.providers.anthropic.output_format import NO_JSON_OBJECT, UNREADABLE, output_format
from shared.providers.anthropic.request import TRANSLATIONS
from shared.providers.parameters import NotSent, Sent, Travelling, travelling

MODELS = load_catalogue().models
PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def travel(model: str | Model, **parameters: Any) -> Travelling:
    return travelling(MODELS[model] if isinstance(model, str) else model, parameters, TRANSLATIONS)


def with_rule(**rule: Any) -> Model:
    return replace(MODELS["gpt-5"], parameters={"x": ParameterRule(**rule)})


def test_a_rule_passes_renames_lists_and_nests() -> None:
    assert travel(with_rule(), x=0).sent == {"x": 0}
    assert travel(with_rule(to="y"), x=0).sent == {"y": 0}
    assert travel(with_rule(to="y", translate="list"), x="END").sent == {"y": ["END"]}
    assert travel(with_rule(to="y", translate="list"), x=["A", "B"]).sent == {"y": ["A", "B"]}
    assert travel(with_rule(to="a.b"), x=0).sent == {"a": {"b": 0}}


def test_what_no_rule_names_stays_behind_with_a_reason_and_what_is_none_was_not_set() -> None:
    result = travel("gpt-5", colour="blue", seed=None)

    assert result.sent == {}
    assert result.ignored == {"colour": "The catalogue does not say that GPT-5 takes it."}


def test_a_refused_parameter_says_why_unless_it_only_repeats_the_default() -> None:
    model = with_rule(refuse="Not here.", default=1)

    assert travel(model, x=2) == Travelling({}, {"x": "Not here."})
    assert travel(model, x=1) == Travelling()


def test_a_value_that_the_model_does_not_know_is_not_sent_and_the_known_ones_are_named() -> None:
    model = with_rule(values=["low", "high"])

    assert travel(model, x="low") == Travelling({"x": "low"})
    assert travel(model, x="medium") == Travelling({}, {"x": "GPT-5 takes only low, high."})


def test_a_limit_over_the_models_own_is_lowered_and_reported() -> None:
    limit = MODELS["gpt-5"].output_tokens

    assert travel("gpt-5", max_completion_tokens=limit) == Travelling({"max_completion_tokens": limit})
    lowered = travel("gpt-5", max_completion_tokens=limit + 1)
    assert lowered.sent == {"max_completion_tokens": limit}
    assert str(limit) in lowered.ignored["max_completion_tokens"]


def test_of_two_that_mean_the_same_the_one_that_bears_the_name_wins_and_the_other_is_reported() -> None:
    result = travel("gpt-5", max_completion_tokens=7, max_tokens=5)

    assert result.sent == {"max_completion_tokens": 7}
    assert set(result.ignored) == {"max_tokens"}
    assert travel("gpt-5", max_completion_tokens=7, max_tokens=7).ignored == {}


@pytest.mark.parametrize(
    ("model", "parameters", "sent", "ignored"),
    [
        ("gpt-5", {"temperature": 1, "top_p": 1.0, "n": 1, "logprobs": False}, {}, set()),
        ("gpt-5", {"temperature": 0.2, "stop": "END"}, {}, {"temperature", "stop"}),
        ("gpt-5-mini", {"max_tokens": 9, "seed": 3}, {"max_completion_tokens": 9, "seed": 3}, set()),
        ("gpt-5-mini", {"reasoning_effort": "minimal"}, {"reasoning_effort": "minimal"}, set()),
        ("gpt-5-mini", {"verbosity": "low"}, {"verbosity": "low"}, set()),
        ("claude-haiku-4-5", {"verbosity": "low"}, {}, {"verbosity"}),
        ("gpt-5-mini", {"reasoning_effort": "xhigh"}, {}, {"reasoning_effort"}),
        ("gpt-5-mini", {"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}, set()),
        ("claude-haiku-4-5", {"temperature": 0.2, "top_k": 3}, {}, {"temperature", "top_k"}),
        ("claude-haiku-4-5", {"stop": "END", "max_completion_tokens": 9}, {"stop_sequences": ["END"], "max_tokens": 9}, set()),
        ("claude-haiku-4-5", {"reasoning_effort": "low"}, {}, {"reasoning_effort"}),
        ("claude-sonnet-4-6", {"reasoning_effort": "max"}, {"output_config": {"effort": "max"}}, set()),
        ("claude-sonnet-4-6", {"reasoning_effort": "minimal"}, {}, {"reasoning_effort"}),
        ("claude-sonnet-4-6", {"response_format": {"type": "text"}}, {}, set()),
        ("mevichat:mini", {"temperature": 0.2, "max_completion_tokens": 9}, {"temperature": 0.2, "max_tokens": 9}, set()),
        *[(model, {"tools": [{}], "n": 2}, {}, {"tools", "n"}) for model in MODELS],
    ],
)  # fmt: skip
def test_the_catalogues_rules_say_what_each_model_takes(
    model: str, parameters: dict[str, Any], sent: dict[str, Any], ignored: set[str]
) -> None:
    result = travel(model, **parameters)

    assert (result.sent, set(result.ignored)) == (sent, ignored)
    assert all(reason.endswith(".") for reason in result.ignored.values())


def test_effort_and_format_lie_in_the_same_object() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON}}

    sent = travel("claude-sonnet-4-6", reasoning_effort="low", response_format=wanted).sent

    assert sent["output_config"]["effort"] == "low"
    assert sent["output_config"]["format"]["type"] == "json_schema"


def test_a_json_schema_becomes_what_anthropic_takes() -> None:
    fate = output_format({"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON}})

    assert isinstance(fate, Sent)
    assert fate.value["schema"]["additionalProperties"] is False
    assert fate.value["schema"]["required"] == ["name"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"type": "json_object"}, NO_JSON_OBJECT),
        ("json", NO_JSON_OBJECT),
        ({"type": "json_schema", "json_schema": {"schema": {}}}, UNREADABLE),
        ({"type": "json_schema", "json_schema": {"schema": {"type": "object", "properties": 5}}}, UNREADABLE),
        ({"type": "json_schema", "json_schema": {"schema": {"type": "array", "items": "text"}}}, UNREADABLE),
        ({"type": "json_schema"}, UNREADABLE),
    ],
)
def test_a_format_that_anthropic_has_no_words_for_is_reported(wanted: Any, reason: str) -> None:
    assert output_format(wanted) == NotSent(reason)


@given(
    model=st.sampled_from(sorted(MODELS)),
    parameters=st.dictionaries(
        st.sampled_from(["temperature", "max_tokens", "max_completion_tokens", "stop", "n", "seed", "colour"]),
        st.integers(min_value=2, max_value=10**7),
    ),
)
def test_no_parameter_disappears(model: str, parameters: dict[str, Any]) -> None:
    result = travel(model, **parameters)

    silent = [name for name in parameters if name not in result.ignored]
    assert len(result.sent) <= len(parameters)
    for name in silent:
        rule = MODELS[model].parameters[name]
        value = result.sent[rule.to or name]
        assert value in (parameters[name], [parameters[name]])
