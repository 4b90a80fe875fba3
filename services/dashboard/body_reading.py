"""Reads a body field by field: what is right in it can be judged further, also where something else is wrong; pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from services.dashboard.body_problems import sentences_of
from services.dashboard.errors import invalid
from services.dashboard.refusals import Refusals


class Form(BaseModel):
    """A body whose fields are all known; its repr shows no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


SomeForm = TypeVar("SomeForm", bound=Form)


@dataclass(frozen=True, slots=True)
class ReadBody(Generic[SomeForm]):
    """A body as far as it could be read; of a field in `refused` the form holds nothing, and nobody asks for it.

    What its fields are refused for together is noted in `refusals`, so that all is told in one answer.
    """

    form: SomeForm
    refusals: Refusals
    refused: frozenset[str]

    def knows(self, *fields: str) -> bool:
        """Tell whether all these fields could be read."""
        return self.refused.isdisjoint(fields)

    def raise_all(self) -> None:
        """Raise what was refused, in the order of the form's fields; nothing when nothing was. Raises AdminError."""
        self.refusals.raise_all(tuple(type(self.form).model_fields))


def read_fields(body: Mapping[str, Any], form: type[SomeForm]) -> ReadBody[SomeForm]:
    """Return what can be read of the body, with a refusal noted for each field that is wrong, missing or unknown."""
    refusals = Refusals()
    try:
        return ReadBody(form.model_validate(body), refusals, frozenset())
    except ValidationError as wrong:
        for field, sentence in sentences_of(wrong, form).items():
            refusals.note(invalid(field, sentence))
        refused = frozenset(str(problem["loc"][0]) for problem in wrong.errors(include_input=False, include_url=False))
    right = {name: value for name, value in body.items() if name not in refused}
    return ReadBody(_without_requirements(form).model_validate(right), refusals, refused)


@cache
def _without_requirements(form: type[SomeForm]) -> type[SomeForm]:
    """Return the form so that every field of it may be left out."""
    optional: dict[str, Any] = {}
    for name, field in form.model_fields.items():
        if field.is_required():
            optional[name] = (field.annotation, copy(field))
            optional[name][1].default = None
    return create_model(form.__name__, __base__=form, **optional)
