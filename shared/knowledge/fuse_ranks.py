"""Several rankings made one: reciprocal rank fusion. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

RANK_OFFSET: Final = 60
"""As usual for this method: the first places of a ranking differ little, so that two rankings that agree win over one."""

Ranked = TypeVar("Ranked", bound=Hashable)


def fuse_ranks(rankings: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """Return all that is ranked, the best first: each place n of a ranking counts 1 / (60 + n).

    What is equal keeps the order in which the rankings first name it.
    """
    scores: defaultdict[Ranked, float] = defaultdict(float)
    for ranking in rankings:
        for place, one in enumerate(ranking, 1):
            scores[one] += 1 / (RANK_OFFSET + place)
    return sorted(scores, key=lambda one: -scores[one])
