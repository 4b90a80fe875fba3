"""What was typed wrong, as whoever starts a command or a process reads it."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from uuid import UUID

import pytest

from infra.embedded.free_port import free_port
from tests.integration.cli.commands import Ended, mevichat, running
from tests.tunnel import tunnel_to

Installation = dict[str, str]
COMMANDS = (("worker",), ("up",), ("migrate",), ("chat",), ("reconcile",), ("workspace", "list"))
SECONDS = 30


def lines(ended: Ended, code: int = 2) -> list[str]:
    """Return what a refused command said, a line each."""
    assert (ended.code, ended.out) == (code, ""), ended
    return ended.err.splitlines()


async def test_addresses_of_servers_that_are_none_are_named_by_every_command(installation: Installation) -> None:
    wrong = installation | {"MEVICHAT_DATABASE_URL": "p4ssword", "MEVICHAT_REDIS_URL": "http://p4ssword"}
    for command in COMMANDS:
        said = lines(await mevichat(*command, environment=wrong))
        assert [line.split(" like ")[0] for line in said] == [
            "MEVICHAT_DATABASE_URL must be an address",
            "MEVICHAT_REDIS_URL must be an address",
        ], command
        assert "p4ssword" not in "".join(said)


async def test_the_doctor_shows_each_wrong_setting_in_a_row_of_its_own(installation: Installation) -> None:
    wrong = {"MEVICHAT_DATABASE_URL": "foo", "MEVICHAT_FREE_SLOTS": "-2", "MEVICHAT_LEASE_SECONDS": "2"}
    seen = await mevichat("doctor", environment=installation | wrong)
    assert seen.code == 1
    assert seen.out.count("✗") == 3
    assert all(name in seen.out for name in wrong)


async def test_an_address_that_the_data_folder_keeps_is_read_by_the_same_rule(tmp_path: Path) -> None:
    (tmp_path / "database.url").write_text("foo\n")
    (said,) = lines(await mevichat("workspace", "list", environment={"MEVICHAT_DATA_DIR": str(tmp_path)}))
    assert said.startswith(f"{tmp_path / 'database.url'} must be an address like postgresql://")


async def test_a_host_that_is_none_of_this_machine_is_said_to_be_that(installation: Installation) -> None:
    wrong = installation | {"MEVICHAT_HOST": "host.invalid"}
    sentence = "MEVICHAT_HOST is host.invalid, which is no address of this machine; "
    chosen = wrong | {"MEVICHAT_WORKER_PORT": "0"}
    for command, environment in (("worker", wrong), ("up", wrong), ("up", chosen)):
        (said,) = lines(await mevichat(command, environment=environment))
        assert said.startswith(sentence)
    seen = await mevichat("doctor", environment=wrong)
    assert "which is no address of this machine" in seen.out


async def test_a_process_says_once_which_server_is_away_and_once_that_it_answers(installation: Installation) -> None:
    with socket.socket() as silent:  # holds the port, so that nobody else takes it
        silent.bind(("127.0.0.1", 0))
        away = {
            "MEVICHAT_DATABASE_URL": f"postgresql://x:p4ssword@127.0.0.1:{silent.getsockname()[1]}/x",
            "MEVICHAT_REDIS_URL": f"redis://:p4ssword@127.0.0.1:{free_port()}/0",
        }
        async with running("ledger", environment=installation | away) as process:
            said = await _events(process, "server_away", count=2)
            process.terminate()
            rest = (await process.communicate())[0].decode()
    assert [one["server"] for one in said] == ["PostgreSQL", "Redis"]
    assert [one["fix"].split()[-1] for one in said] == ["MEVICHAT_DATABASE_URL.", "MEVICHAT_REDIS_URL."]
    assert "server_away" not in rest
    assert "p4ssword" not in json.dumps(said) + rest


async def test_a_server_that_was_away_at_the_start_is_told_when_it_answers(
    installation: Installation, database_url: str, redis_url: str
) -> None:
    async with tunnel_to(database_url) as (to_postgres, url), tunnel_to(redis_url) as (to_redis, redis):
        to_postgres.cut()
        to_redis.cut()
        late = installation | {"MEVICHAT_DATABASE_URL": url, "MEVICHAT_REDIS_URL": redis}
        async with running("ledger", environment=late) as process:
            await _events(process, "server_away", count=2)
            for tunnel in (to_postgres, to_redis):
                await tunnel.mend()
            answers = await _events(process, "server_answers", count=2)
    assert {one["server"] for one in answers} == {"PostgreSQL", "Redis"}


async def test_names_are_judged_as_the_api_does(installation: Installation) -> None:
    await mevichat("workspace", "create", "Acme", environment=installation)
    for what, command in (("workspace", ("workspace", "create")), ("bot", ("bot", "create", "Acme"))):
        (empty,) = lines(await mevichat(*command, " ", environment=installation))
        assert empty == f"The name of the {what} is empty; write something."
        (long,) = lines(await mevichat(*command, "x" * 201, environment=installation))
        assert long == f"The name of the {what} has more than 200 characters; shorten it."
    (token,) = lines(await mevichat("token", "create", "Acme", "--name", "x" * 201, environment=installation))
    assert token == "The name of the token has more than 200 characters; shorten it."
    assert (await mevichat("bot", "create", "Acme", "x" * 200, environment=installation)).code == 0


async def test_a_second_workspace_of_a_name_is_made_only_when_that_is_meant(installation: Installation) -> None:
    first = await mevichat("workspace", "create", "Acme", environment=installation)
    (said,) = lines(await mevichat("workspace", "create", " Acme ", environment=installation))
    assert said.startswith(f"Workspace {first.last_line} is named Acme already")
    second = await mevichat("workspace", "create", "Acme", "--same-name", environment=installation)
    assert UUID(second.last_line) != UUID(first.last_line)


async def test_an_export_from_a_day_after_its_last_is_refused(installation: Installation) -> None:
    await mevichat("workspace", "create", "Acme", environment=installation)
    export = ("workspace", "export", "Acme", "--from")
    (said,) = lines(await mevichat(*export, "2026-11-02", "--to", "2026-01-01", environment=installation))
    assert said == "--from must not be after --to, and 2026-11-02 is after 2026-01-01; swap them."
    assert (await mevichat(*export, "2026-11-02", "--to", "2026-11-02", environment=installation)).code == 0
    both = lines(await mevichat(*export, "soon", "--to", "later", environment=installation))
    assert [line.split()[0] for line in both] == ["soon", "later"]


async def test_a_value_is_bare_on_stdout_with_a_word_beside_it_on_stderr(installation: Installation) -> None:
    for words, says in (
        (("workspace", "create", "Acme"), "The workspace's id:\n"),
        (("bot", "create", "Acme", "Shop"), "The bot's id:\n"),
        (("token", "create", "Acme"), "The token, shown this once:\n"),
        (("member", "add", "ann@example.com", "Acme"), "Their first password, shown this once:\n"),
        (("member", "password", "ann@example.com"), "Their new password, shown this once:\n"),
    ):
        ended = await mevichat(*words, environment=installation)
        assert (ended.code, ended.err, len(ended.out.split())) == (0, says, 1), ended


@pytest.mark.parametrize(
    ("words", "starts"),
    [
        (("demo", "seed", "--turns", "-1", "--bots", "0"), ["turns must be", "bots must be"]),
        (
            ("member", "add", "notanemail", "Nowhere", "--role", "king"),
            ["notanemail is no e-mail address", "king is no role", "No workspace has the id or name Nowhere"],
        ),
        (("workspace", "create", "", "--plan", "gold"), ["The name of the workspace is empty", "gold is no plan"]),
        (
            ("bot", "create", "Acme", "", "--model", "gpt-1"),
            ["The name of the bot is empty", "There is no model gpt-1"],
        ),
    ],
)
async def test_all_that_is_wrong_with_a_command_is_told_at_once(
    installation: Installation, words: tuple[str, ...], starts: list[str]
) -> None:
    await mevichat("workspace", "create", "Acme", environment=installation)
    said = lines(await mevichat(*words, environment=installation))
    assert len(said) == len(starts), said
    assert all(line.startswith(start) for line, start in zip(said, starts, strict=True)), said


async def _events(process: asyncio.subprocess.Process, event: str, *, count: int) -> list[dict[str, str]]:
    """Read a process's log until it has said this so often."""
    assert process.stdout is not None
    found: list[dict[str, str]] = []
    async with asyncio.timeout(SECONDS):
        while len(found) < count:
            line = await process.stdout.readline()
            assert line, f"it ended with {found}"
            said = json.loads(line)
            if said["event"] == event:
                found.append(said)
    return found
