"""A master key that is missing is seen when the validator starts, not when somebody's turn fails."""

from __future__ import annotations

from typing import Any

from shared.vault.master_keys import new_master_key
from tests.product import Workspace, running_product
from tests.servers import until

KEY = "sk-sim-ok-" + "k" * 24


async def until_key(workspace: Workspace, key_id: str, state: str) -> dict[str, Any]:
    """Wait until the key stands in the state; return it."""
    seen: dict[str, Any] = {}

    async def look() -> bool:
        seen.update((await workspace.admin("GET", f"/api/keys/{key_id}"))[1])
        return bool(seen["state"] == state)

    await until(look)
    return seen


async def test_keys_that_do_not_open_are_out_of_service_at_once_and_return_with_their_master_key(
    database_url: str, redis_url: str
) -> None:
    old, new = new_master_key(), new_master_key()
    async with running_product(database_url, redis_url, master_keys=old) as product:
        workspace = await product.make_workspace()
        saved = await workspace.add_key("openai", KEY)

    async with running_product(database_url, redis_url, master_keys=new) as product:
        key = await until_key(
            Workspace(product, workspace.workspace_id, workspace.admin_token), saved["id"], "cannot_decrypt"
        )
        assert key["usable"] is False
        assert "cannot be decrypted with the present master keys" in key["reason"]

    async with running_product(database_url, redis_url, master_keys=f"{new},{old}") as product:
        again = Workspace(product, workspace.workspace_id, workspace.admin_token)
        assert (await again.admin("POST", f"/api/keys/{saved['id']}/test"))[0] == 200
        assert (await until_key(again, saved["id"], "active"))["usable"] is True
