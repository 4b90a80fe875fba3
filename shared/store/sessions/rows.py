"""Sessions: who signed in, for how long it holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.domain.plans import Plan
from shared.domain.roles import Role


@dataclass(frozen=True, slots=True)
class SessionRow:
    """An open session. Workspace, its name and plan are None for an operator.

    `name` is the e-mail address of a member or the name of the admin token that signed in.
    """

    name: str
    role: Role
    member_id: UUID | None
    token_id: UUID | None
    workspace_id: UUID | None
    workspace_name: str | None
    plan: Plan | None
