"""Every field that is wrong is told in a sentence of our own."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.dashboard.api.document_files import ReplacementForm
from services.dashboard.api.keys import KeyChange, NewKeyForm, RotationForm
from services.dashboard.api.tokens import NewTokenForm
from services.dashboard.api.workspace import WorkspaceChange
from services.dashboard.body_problems import ANY_OTHER, field_of, sentence_of, sentences_of
from services.dashboard.openapi import FORMS

WRONG_VALUES: tuple[Any, ...] = (
    None,
    5,
    1.5,
    10**30,
    True,
    "",
    "x" * 200_000,
    "no\x00",
    "nothing",
    [],
    {},
    [1],
    {"a": 1},
)


def problems_of(form: type[BaseModel], body: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        form.model_validate(body)
    except ValidationError as wrong:
        return [dict(problem) for problem in wrong.errors(include_input=False, include_url=False)]
    return []


@pytest.mark.parametrize(
    ("form", "body", "sentence"),
    [
        (NewKeyForm, {"key": "x"}, "provider is missing; add it."),
        (NewKeyForm, {"provider": "openai", "key": 5}, "key must be a text; put it in quotes."),
        (
            NewKeyForm,
            {"provider": "openai", "key": "x", "extra": 1},
            "extra is not a field of this request; remove it.",
        ),
        (NewKeyForm, {"provider": "openai", "key": "x", "": 1}, '"" is not a field of this request; remove it.'),
        (KeyChange, {"label": ""}, "label is empty; write something or leave it out."),
        (NewTokenForm, {"kind": "admin", "name": " "}, "name is empty; it is required, so write something."),
        (KeyChange, {"label": "x" * 201}, "label has more than 200 characters; shorten it."),
        (KeyChange, {"label": "a\x00"}, "label contains a NUL character; correct it."),
        (KeyChange, {"default": "perhaps"}, "default must be true or false."),
        (RotationForm, {"key": "x", "version": 1.5}, "version must be a whole number."),
        (RotationForm, {"key": "x", "version": -1}, "version must be at least 1."),
        (WorkspaceChange, {"rate_per_minute": -1}, "rate_per_minute must be a whole number from 1 to 1,000,000."),
        (WorkspaceChange, {"rate_per_minute": 1e30}, "rate_per_minute must be a whole number from 1 to 1,000,000."),
        (WorkspaceChange, {"retention_days": "ten"}, "retention_days must be a whole number from 1 to 3,650."),
        (ReplacementForm, {"text": " "}, "text has no words in it; correct it."),
        (NewTokenForm, {"kind": "root", "name": "x"}, "kind must be bot or admin."),
        (
            NewTokenForm,
            {"kind": "bot", "name": "x", "bot_id": "7"},
            "bot_id must be an id as this API gives them out; copy it from there.",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_mends_it(form: type[BaseModel], body: dict[str, Any], sentence: str) -> None:
    (problem,) = problems_of(form, body)
    assert sentence_of(problem, form) == sentence


def test_every_wrong_field_is_told_once_by_its_name() -> None:
    with pytest.raises(ValidationError) as wrong:
        NewTokenForm.model_validate({"kind": "root", "name": "", "extra": 1})
    assert list(sentences_of(wrong.value, NewTokenForm)) == ["kind", "name", "extra"]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.__name__)
def test_no_field_of_any_form_is_told_in_the_librarys_words(form: type[BaseModel]) -> None:
    for name in form.model_fields:
        for value in WRONG_VALUES:
            for problem in problems_of(form, {name: value}):
                sentence = sentence_of(problem, form)
                assert sentence != ANY_OTHER.format(field=field_of(problem)), problem["type"]
                assert problem["msg"] not in sentence
                assert sentence.startswith(field_of(problem))
