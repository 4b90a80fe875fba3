"""Members: the last owner stays, whoever removes whom at the same time."""

from __future__ import annotations

import asyncio
from uuid import UUID

from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.members.read import list_members
from shared.store.members.write import MemberChange, add_member, change_role, remove_member
from tests.actor import TESTER
from tests.integration.store.bench import Bench


async def add(bench: Bench, role: Role = Role.OWNER, email: str = "") -> UUID:
    """Add a member."""
    member_id = new_id()
    address = email or f"{member_id}@example.com"
    assert await add_member(
        bench.database,
        member_id=member_id,
        workspace_id=bench.workspace_id,
        email=address,
        password_hash="hash",
        role=role,
        actor=TESTER,
    )
    return member_id


async def test_of_two_owners_who_remove_each_other_at_once_one_stays(bench: Bench) -> None:
    for _ in range(5):
        owners = [await add(bench), await add(bench)]
        changes = await asyncio.gather(
            *(
                remove_member(bench.database, workspace_id=bench.workspace_id, member_id=each, actor=TESTER)
                for each in owners
            )
        )
        assert sorted(changes) == [MemberChange.DONE, MemberChange.LAST_OWNER]
        await bench.sql("UPDATE members SET removed_at = now() WHERE workspace_id = :workspace_id")


async def test_a_refused_change_leaves_no_trace(bench: Bench) -> None:
    owner = await add(bench)
    before = (await bench.workspace()).epoch
    where = {"workspace_id": bench.workspace_id, "actor": TESTER}

    refused = await change_role(bench.database, member_id=owner, role=Role.VIEWER, **where)  # type: ignore[arg-type]
    unknown = await change_role(bench.database, member_id=new_id(), role=Role.VIEWER, **where)  # type: ignore[arg-type]

    assert (refused, unknown) == (MemberChange.LAST_OWNER, MemberChange.NOT_FOUND)
    assert [member.role for member in await list_members(bench.database, bench.workspace_id)] == [Role.OWNER]
    actions = await bench.sql("SELECT action FROM audit WHERE workspace_id = :workspace_id AND action LIKE 'member.%'")
    assert [row.action for row in actions] == ["member.add"]
    assert (await bench.workspace()).epoch == before
