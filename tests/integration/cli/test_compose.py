"""docker-compose.yml starts the product: each command and environment as it stands there, without containers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.embedded.free_port import free_port
from shared.vault.master_keys import new_master_key
from tests.integration.cli.commands import ENDS_WITHIN_SECONDS, ROOT, as_words, mevichat, running, until_ready

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
SERVERS = {"postgres", "redis"}
PROCESSES = {"gateway", "dashboard", "worker", "validator", "ledger", "sweeper", "notices", "ingest"}
PORT_SETTINGS = {"8080": "GATEWAY", "8081": "DASHBOARD", "8090": "WORKER", "8091": "BACKGROUND"}


def environment_of(name: str, database_url: str, redis_url: str) -> dict[str, str]:
    """Return a service's environment with the test's addresses and an interface of this machine only."""
    replaced = {
        "MEVICHAT_DATABASE_URL": database_url,
        "MEVICHAT_REDIS_URL": redis_url,
        "MEVICHAT_MASTER_KEYS": new_master_key(),
        "MEVICHAT_HOST": "127.0.0.1",
        "MEVICHAT_LOG_LEVEL": "info",
    }
    named = SERVICES[name]["environment"]
    assert set(named) == set(replaced), "the test replaces what the compose file sets, nothing else"
    return replaced


def test_every_process_of_the_product_is_a_service() -> None:
    assert set(SERVICES) == SERVERS | PROCESSES | {"migrate"}


def test_redis_keeps_everything_that_it_is_given() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_workers_can_be_many_because_none_holds_a_port_or_a_name_of_the_machine() -> None:
    assert "ports" not in SERVICES["worker"]
    assert "container_name" not in SERVICES["worker"]


def test_every_process_waits_for_the_migration_and_has_longer_to_stop_than_its_grace() -> None:
    for name in PROCESSES:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > 25


def test_the_image_runs_the_command_as_its_first_process_and_not_as_root() -> None:
    lines = Path(ROOT / "infra/containers/Dockerfile").read_text(encoding="utf-8").splitlines()
    assert 'ENTRYPOINT ["python", "-m", "infra.cli.main"]' in lines
    assert "USER mevichat" in lines


@pytest.mark.parametrize("name", sorted(PROCESSES))
async def test_a_service_starts_as_written_and_its_health_check_passes(
    name: str, database_url: str, redis_url: str
) -> None:
    written_port = SERVICES[name]["healthcheck"]["test"][-1]
    port = free_port()
    environment = environment_of(name, database_url, redis_url)
    environment[f"MEVICHAT_{PORT_SETTINGS[written_port]}_PORT"] = str(port)
    async with running(*as_words(SERVICES[name]["command"]), environment=environment) as process:
        await until_ready(f"http://127.0.0.1:{port}/health/ready", process)
        process.terminate()
        await asyncio.wait_for(process.communicate(), ENDS_WITHIN_SECONDS)
    assert process.returncode == 0


async def test_the_migration_runs_to_its_end_and_may_run_again(database_url: str, redis_url: str) -> None:
    environment = environment_of("migrate", database_url, redis_url)
    for _ in range(2):
        ended = await mevichat(*as_words(SERVICES["migrate"]["command"]), environment=environment)
        assert (ended.code, ended.out) == (0, "The database is at this version.\n")
