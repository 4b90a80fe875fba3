"""What `mevichat doctor` sees, and that no process starts on a server that would do harm."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis.asyncio as redis
from sqlalchemy import text

from infra.embedded.redis import EmbeddedRedis
from infra.simulator.server import Simulator
from shared.store.database import Database
from tests.integration.cli.commands import Ended, mevichat

Installation = dict[str, str]


async def doctor(installation: Installation) -> Ended:
    return await mevichat("doctor", environment=installation)


async def drop_version(database_url: str) -> None:
    database = Database.connect(database_url, connections=1, application_name="test")
    await database.call(text("DROP TABLE alembic_version"))
    await database.close()


async def test_a_sound_installation_passes_every_check(installation: Installation) -> None:
    seen = await doctor(installation)
    assert seen.code == 0, seen.out
    assert "✗" not in seen.out
    assert seen.out.count("✓") == 15


async def test_from_another_folder_it_says_where_it_looks_and_what_is_missing(tmp_path: Path) -> None:
    seen = await mevichat("doctor", environment={"MEVICHAT_DATA_DIR": str(tmp_path / "no")})
    said = " ".join(seen.out.split())
    assert seen.code == 1
    assert "data folder missing" in said.partition("settings")[0]
    assert ("wrong" in said, "PostgreSQL missing" in said, "Redis missing" in said) == (False, True, True), said


async def test_a_port_that_is_no_number_is_refused_in_our_words() -> None:
    seen = await mevichat("doctor", environment={"MEVICHAT_GATEWAY_PORT": "abc"})
    assert "MEVICHAT_GATEWAY_PORT must be a whole number." in " ".join(seen.out.split())


async def test_a_weak_master_key_fails(installation: Installation) -> None:
    seen = await doctor(installation | {"MEVICHAT_MASTER_KEYS": "c2hvcnQ="})
    assert seen.code == 1
    assert "shorter than 32 bytes" in seen.out
    assert "c2hvcnQ=" not in seen.out


async def test_servers_that_are_away_fail_and_nothing_hangs(installation: Installation) -> None:
    away = {"MEVICHAT_DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "MEVICHAT_REDIS_URL": "redis://127.0.0.1:1/0"}
    seen = await doctor(installation | away)
    assert seen.code == 1
    assert seen.out.count("It does not answer") == 2


@contextmanager
def taken_port() -> Iterator[str]:
    """Listen as another program would; return where."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


async def test_a_taken_port_fails_and_names_its_setting(installation: Installation) -> None:
    with taken_port() as port:
        seen = await doctor(installation | {"MEVICHAT_WORKER_PORT": port})
    assert seen.code == 1
    assert "MEVICHAT_WORKER_PORT" in seen.out


async def test_a_taken_port_of_the_simulator_is_told_and_no_failure(installation: Installation) -> None:
    with taken_port() as port:
        seen = await doctor(installation | {"MEVICHAT_SIMULATOR_PORT": port})
    assert seen.code == 0
    assert f"port {port}, simulator" in seen.out
    assert "make run SIMULATOR=1" in seen.out


async def test_no_process_starts_on_a_redis_that_evicts(
    installation: Installation, own_redis_server: EmbeddedRedis
) -> None:
    async with redis.Redis.from_url(own_redis_server.url) as client:
        await client.config_set("maxmemory-policy", "allkeys-lru")
    evicting = installation | {"MEVICHAT_REDIS_URL": own_redis_server.url}
    seen, started = await asyncio.gather(doctor(evicting), mevichat("ledger", environment=evicting))
    assert seen.code == 1
    assert "noeviction" in seen.out
    assert started.code == 2
    assert started.err.startswith("Redis has maxmemory-policy allkeys-lru")


async def test_no_process_starts_on_tables_of_another_version(installation: Installation, database_url: str) -> None:
    await drop_version(database_url)
    seen, started = await asyncio.gather(doctor(installation), mevichat("ledger", environment=installation))
    assert seen.code == 1
    assert "mevichat migrate" in seen.out
    assert started.code == 2
    assert started.err.startswith("Run `mevichat migrate`")


async def test_a_catalogue_of_its_own_is_checked_before_anything_starts(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text('[[models]]\nid = "new"\nplan = "gold"\n')
    wrong = installation | {"MEVICHAT_CATALOGUE_FILE": str(file)}

    seen, *started = await asyncio.gather(
        doctor(wrong), *(mevichat(name, environment=wrong) for name in ("gateway", "worker", "dashboard", "up"))
    )

    assert seen.code == 1
    assert "MEVICHAT_CATALOGUE_FILE" in seen.out
    for ended in started:
        assert ended.code == 2
        assert ended.err.startswith(f"MEVICHAT_CATALOGUE_FILE: {file}: new: ")
        assert ended.err.count("\n") == 1


async def test_minis_server_is_asked_whether_it_answers_and_has_the_model(installation: Installation) -> None:
    async with Simulator(port=0) as simulator:
        served = installation | {"MEVICHAT_MINI_BASE_URL": simulator.compatible_base_url}
        seen = await doctor(served)
        simulator.set_behaviour("none", missing_models=("mini",))
        without_model = await doctor(served)
    away = await doctor(served)

    assert seen.code == 0, seen.out
    assert "answers as mini" in seen.out
    assert without_model.code == 1
    assert "MEVICHAT_MINI_MODEL" in without_model.out
    assert away.code == 1
    assert "MEVICHAT_MINI_BASE_URL" in away.out


async def test_a_server_that_refuses_minis_key_fails(installation: Installation) -> None:
    async with Simulator(port=0) as simulator:
        served = {
            "MEVICHAT_MINI_BASE_URL": simulator.compatible_base_url,
            "MEVICHAT_MINI_API_KEY": "sk-sim-invalid_api_key-1",
        }
        seen = await doctor(installation | served)

    assert seen.code == 1
    assert "MEVICHAT_MINI_API_KEY" in seen.out
    assert "sk-sim" not in seen.out
