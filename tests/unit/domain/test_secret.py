"""A secret shows itself only when it is opened."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from shared.domain.secret import Secret

TEXT = "canary-4711"


def test_no_way_of_printing_shows_the_text() -> None:
    secret = Secret(TEXT)

    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", repr([secret]), repr({"key": secret})]

    assert not any(TEXT in text for text in shown)
    assert secret.open() == TEXT


@pytest.mark.parametrize("travel", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_refuses_to_travel(travel: object) -> None:
    assert callable(travel)
    with pytest.raises(TypeError, match="does not travel"):
        travel(Secret(TEXT))


def test_a_traceback_with_captured_locals_does_not_show_the_text() -> None:
    def fail(secret: Secret) -> None:
        raise ValueError(secret)

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is the subject
        fail(Secret(TEXT))

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert TEXT not in shown
