"""A person at the dashboard, without a browser: signs in, keeps the cookie, fills in forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Self
from uuid import UUID

from multidict import CIMultiDictProxy

from services.dashboard.signing_in.passwords import hash_password
from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.members.write import add_member
from tests.actor import TESTER
from tests.product import Product, Workspace

COOKIE = "__Host-mevichat"
PASSWORD = "a password of some length"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers and text; `leads_to` is where a redirect leads."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def leads_to(self) -> str:
        """Return the path that a redirect names."""
        return self.headers.get("Location", "")


@dataclass(slots=True)
class Visitor:
    """One browser's worth of state: the cookie and the CSRF token of its session."""

    product: Product
    cookie: str | None = None
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def of_workspace(cls, workspace: Workspace, role: Role | None = None) -> Self:
        """Return a visitor who signed in with the workspace's admin token, or as a new member with this role."""
        visitor = cls(workspace.product)
        if role is None:
            await visitor.sign_in(token=workspace.admin_token)
        else:
            await visitor.sign_in(email=await new_member(workspace.product, role, workspace), password=PASSWORD)
        return visitor

    @classmethod
    async def operator(cls, product: Product) -> Self:
        """Return a visitor who signed in as a new operator."""
        visitor = cls(product)
        await visitor.sign_in(email=await new_member(product, Role.OPERATOR), password=PASSWORD)
        return visitor

    async def sign_in(self, **fields: str) -> Answer:
        """Send the login form, which must open a session."""
        answer = await self.send("POST", "/login", fields)
        assert answer.status == 303, answer.text
        self.csrf = CSRF.findall((await self.get(answer.leads_to)).text)[0]
        return answer

    async def get(self, path: str) -> Answer:
        """Open a page."""
        return await self.send("GET", path)

    async def post(self, path: str, **fields: str) -> Answer:
        """Send a form with the session's token."""
        return await self.send("POST", path, {"csrf": self.csrf} | fields)

    async def send(self, method: str, path: str, fields: Mapping[str, str] | bytes | None = None) -> Answer:
        """Send a request as it stands, keep the cookie that comes back, follow no redirect."""
        headers = dict(self.headers)
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        url = self.product.admin_url + path
        async with self.product.http.request(
            method,
            url,
            data=BytesIO(fields) if isinstance(fields, bytes) else fields,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            if COOKIE in answer.cookies:
                self.cookie = answer.cookies[COOKIE].value or None
            return Answer(answer.status, answer.headers, await answer.text())


async def new_member(product: Product, role: Role, workspace: Workspace | None = None) -> str:
    """Add a member whose password is PASSWORD; return the e-mail address."""
    member_id = new_id()
    email = f"{role}-{member_id.hex[-8:]}@example.com"
    await add_member(
        product.database,
        member_id=member_id,
        workspace_id=None if workspace is None else UUID(workspace.workspace_id),
        email=email,
        password_hash=_password_hash(),
        role=role,
        actor=TESTER,
    )
    return email


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)
