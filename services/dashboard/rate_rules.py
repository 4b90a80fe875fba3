"""What a burst needs: a rate that fills it up again; pure, one rule for the API and the pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.dashboard.errors import invalid_fields

RATE_OF_BURST = {"rate_burst": "rate_per_minute", "user_rate_burst": "user_rate_per_minute"}
"""By a burst's field the field of its rate."""


def settle_bursts(
    changes: Mapping[str, Any],
    before: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
    *,
    refused: Collection[str] = (),
) -> dict[str, Any]:
    """Return the changes so that no burst is without a rate: a rate that is cleared takes its burst along.

    `before` holds the fields as they are, none for something new; `words` how people read a field's name. A burst whose
    rate is among the `refused` fields, which could not be read, is not judged.

    Raises:
        AdminError: 422 for every burst that is given where there is no rate after the change.

    """
    after, words = {**before, **changes}, words or {}
    rateless = [burst for burst, rate in RATE_OF_BURST.items() if rate not in refused and after.get(rate) is None]
    given = [burst for burst in rateless if changes.get(burst) is not None]
    if given:
        raise invalid_fields({burst: _sentence(burst, words) for burst in given})
    cleared = {burst: None for burst in rateless if before.get(burst) is not None and RATE_OF_BURST[burst] in changes}
    return {**changes, **cleared}


def _sentence(burst: str, words: Mapping[str, str]) -> str:
    name, rate = words.get(burst, burst), RATE_OF_BURST[burst]
    return f"{name} needs a rate beside it; set {words.get(rate, rate)} too, or leave {name} empty."
