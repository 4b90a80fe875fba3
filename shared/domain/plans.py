"""The three plans and what each allows (requirements S2, S8, S11)."""

from __future__ import annotations

from enum import StrEnum


class Plan(StrEnum):
    """A workspace's plan."""

    FREE = "free"
    PRO = "pro"
    SCALE = "scale"

    @property
    def rank(self) -> int:
        """Order the plans: a model that needs Pro is open to Pro and Scale."""
        return RANKS[self]

    def includes(self, needed: Plan) -> bool:
        """Tell whether this plan has everything that `needed` has."""
        return self.rank >= needed.rank

    @property
    def allows_keys(self) -> bool:
        """Tell whether the workspace may bring keys of its own."""
        return self is not Plan.FREE


RANKS = {Plan.FREE: 0, Plan.PRO: 1, Plan.SCALE: 2}
