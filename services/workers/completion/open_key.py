"""Open a workspace's key for one call."""

from __future__ import annotations

from shared.providers.port import Credential
from shared.store.keys.rows import KeyRow
from shared.vault.errors import CannotOpenError
from shared.vault.vault import Vault


def open_key(vault: Vault, key: KeyRow) -> Credential | None:
    """Return the key as its provider wants it; None when no master key opens it."""
    try:
        secret = vault.open(key.sealed or b"", workspace_id=key.workspace_id, key_id=key.key_id)
    except CannotOpenError:
        return None
    address = key.address
    return Credential(
        secret,
        region=address.region,
        organization=address.organization,
        project=address.project,
        anthropic_workspace_id=address.anthropic_workspace_id,
    )
