"""An installation on the test's servers, as the commands see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.vault.master_keys import new_master_key
from tests.integration.cli.commands import free_ports


@pytest.fixture
def installation(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """Return the environment of commands against a migrated database and an empty Redis."""
    return free_ports() | {
        "MEVICHAT_DATA_DIR": str(tmp_path / "data"),
        "MEVICHAT_DATABASE_URL": database_url,
        "MEVICHAT_REDIS_URL": redis_url,
        "MEVICHAT_MASTER_KEYS": new_master_key(),
    }
