"""What a person who signed in may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A member's role; an operator runs the installation and belongs to no workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    VIEWER = "viewer"
    OPERATOR = "operator"

    def may(self, needed: Role) -> bool:
        """Tell whether this role has everything that `needed` has; operators are a kind of their own."""
        if Role.OPERATOR in (self, needed):
            return self is needed
        return RANKS[self] >= RANKS[needed]


RANKS = {Role.VIEWER: 0, Role.ADMIN: 1, Role.OWNER: 2}
