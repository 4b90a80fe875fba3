"""People who sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.domain.roles import Role


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person; `workspace_id` is None for an operator alone. `email` is kept in lower case."""

    member_id: UUID
    workspace_id: UUID | None
    email: str
    role: Role
    created_at: datetime
    password_hash: str = field(repr=False, default="")
