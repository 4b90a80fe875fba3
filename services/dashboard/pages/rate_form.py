"""The rates that people type into forms, read and judged; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.dashboard.pages.whole_numbers import read_number
from services.dashboard.rate_rules import settle_bursts
from services.dashboard.refusals import Refusals
from shared.domain.rates import MOST_MESSAGES


def read_rates(values: Mapping[str, str], words: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the rates and bursts of a form by field, those that `words` name; an empty field is none.

    A burst that stands in the form as it was `before` was not typed, so it goes with a rate that is cleared.

    Raises:
        AdminError: 422 that names every field that must be corrected.

    """
    refusals = Refusals()
    rates = {
        name: refusals.read(read_number, name, values[name], told, least=1, most=MOST_MESSAGES)
        for name, told in words.items()
    }
    typed = {name: rate for name, rate in rates.items() if rate != before.get(name)}
    with refusals.noting():
        rates |= settle_bursts(typed, before, words, refused=refusals.fields)
    refusals.raise_all(tuple(words))
    return rates
