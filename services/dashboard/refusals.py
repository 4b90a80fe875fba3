"""Collects what is wrong with a form, field by field, so that people are told all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import ParamSpec, TypeVar

from services.dashboard.errors import AdminError

Question = ParamSpec("Question")
Value = TypeVar("Value")


class Refusals:
    """The refusals of one form so far; what was refused has no value, and nobody asks for one before `raise_all`."""

    def __init__(self) -> None:
        self._noted: list[AdminError] = []

    def __bool__(self) -> bool:
        """Tell whether something was refused."""
        return bool(self._noted)

    @property
    def fields(self) -> frozenset[str]:
        """Return the fields that were refused."""
        return frozenset(chain.from_iterable(refusal.problems for refusal in self._noted))

    def note(self, refusal: AdminError) -> None:
        """Note a refusal."""
        self._noted.append(refusal)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note a refusal that the block raises, and go on behind it."""
        try:
            yield
        except AdminError as refusal:
            self.note(refusal)

    def read(self, reader: Callable[Question, Value], *args: Question.args, **kwargs: Question.kwargs) -> Value | None:
        """Return what the reader reads; None, with its refusal noted, when it refuses."""
        with self.noting():
            return reader(*args, **kwargs)
        return None

    def raise_all(self, order: Sequence[str] = ()) -> None:
        """Raise the first refusal with the problems of all; nothing when there is none. `order`: of a form's fields.

        Raises:
            AdminError: the first one's status, code and sentence; of a field that was refused twice, the first.

        """
        if not self._noted:
            return

        def place(field: str | None) -> int:
            return order.index(field) if field in order else len(order)

        noted = sorted(self._noted, key=lambda refusal: place(refusal.param))
        told: dict[str, str] = {}
        for field, sentence in chain.from_iterable(refusal.problems.items() for refusal in noted):
            told.setdefault(field, sentence)
        problems, first = dict(sorted(told.items(), key=lambda problem: place(problem[0]))), noted[0]
        raise AdminError(first.status, first.code, first.message, first.param, problems=problems, **first.facts)
