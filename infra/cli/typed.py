"""What an operator typed, read: a plan, a whole number; what is none is refused in our own words."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

from infra.cli.store_access import RefusedError
from shared.domain.plans import Plan

MOST_WHOLE_NUMBER = 2_147_483_647
"""What the database's columns hold."""


NEGATIVE = re.compile(r"-\.?[0-9].*")


class TakesNumber(TyperCommand):
    """A command with a number among its arguments: a negative one is a value that gets its sentence, and no option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        if any(NEGATIVE.fullmatch(word) for word in args):
            # what else is unknown is refused first: the parser lets through all of it or none
            self.make_parser(ctx).parse_args(["0" if NEGATIVE.fullmatch(word) else word for word in args])
            ctx.ignore_unknown_options = True
        return super().parse_args(ctx, args)


def whole_number(text: str, name: str, least: int, most: int = MOST_WHOLE_NUMBER) -> int:
    """Return the number.

    Raises:
        RefusedError: it is no whole number from `least` to `most`.

    """
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_WHOLE_NUMBER)) else -1
    if not least <= number <= most:
        message = f"{name} must be a whole number from {least} to {most}, not {text}."
        raise RefusedError(message)
    return number


def plan_in(text: str) -> Plan:
    """Return the plan of that name.

    Raises:
        RefusedError: there is none.

    """
    try:
        return Plan(text)
    except ValueError:
        message = f"{text} is no plan; choose one of {', '.join(Plan)}."
        raise RefusedError(message) from None
