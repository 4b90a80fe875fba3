"""A visit to a page: who is here, what they may do, what their form said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from services.dashboard.authenticate import address_of
from services.dashboard.context import AdminContext
from services.dashboard.posted import Upload
from shared.domain.actor import Actor
from shared.domain.plans import Plan
from shared.domain.roles import Role
from shared.store.sessions.rows import SessionRow


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who signed in. `form` holds the fields of a POST, without the CSRF token; `files` its files."""

    request: Request
    context: AdminContext
    session: SessionRow
    csrf: str
    now: datetime
    form: dict[str, str]
    files: list[Upload] = field(default_factory=list)

    @property
    def workspace_id(self) -> UUID:
        """Return the visitor's workspace; pages of a workspace are closed to operators."""
        assert self.session.workspace_id is not None
        return self.session.workspace_id

    @property
    def plan(self) -> Plan:
        """Return the workspace's plan."""
        assert self.session.plan is not None
        return self.session.plan

    @property
    def actor(self) -> Actor:
        """Return who the audit names: the member, operator or token, and the address that the request came from."""
        kind = "operator" if self.session.role is Role.OPERATOR else "member"
        who = f"{kind} {self.session.name}" if self.session.member_id else f"token {self.session.token_id}"
        return Actor(who, address_of(self.request))

    @property
    def may_change(self) -> bool:
        """Tell whether the visitor may change what the workspace has."""
        return self.may(Role.ADMIN)

    def may(self, needed: Role) -> bool:
        """Tell whether the visitor's role has what `needed` has."""
        return self.session.role.may(needed)

    def query(self, name: str) -> str:
        """Return a parameter of the address, empty when it is not there."""
        return self.request.query_params.get(name, "").strip()
