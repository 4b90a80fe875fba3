"""A name that was typed: of a workspace, a bot or a token, by the rules of the admin API."""

from __future__ import annotations

from infra.cli.store_access import RefusedError
from shared.domain.text_rules import LONGEST_NAME, storable_text_problem


def name_in(text: str, what: str) -> str:
    """Return the name without the space around it.

    Raises:
        RefusedError: it is empty, too long, or holds what the database cannot.

    """
    name = text.strip()
    if not name:
        message = f"The name of the {what} is empty; write something."
        raise RefusedError(message)
    if len(name) > LONGEST_NAME:
        message = f"The name of the {what} has more than {LONGEST_NAME} characters; shorten it."
        raise RefusedError(message)
    if problem := storable_text_problem(name):
        message = f"The name of the {what} {problem}; correct it."
        raise RefusedError(message)
    return name
