"""`mevichat up`: an empty folder becomes a product that answers, and stops cleanly."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aiohttp
import orjson
import psutil
import pytest

from infra.cli.demo import read_demo
from tests.integration.cli.commands import ENDS_WITHIN_SECONDS, free_ports, mevichat, running, until_ready

GREETED_WITHIN_SECONDS = 90
FIRST_ANSWER = (
    "The Lantern & Thread shop is open from Tuesday to Saturday, 10:00 to 18:30. "
    "On the first Thursday of each month the workshop upstairs stays open until 21:00 for lamp repairs. "
    "(Source: Opening hours of the Lantern & Thread shop)"
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return free_ports() | {"MEVICHAT_DATA_DIR": str(tmp_path / "data")}


async def lines_of(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    assert process.stdout is not None
    async for line in process.stdout:
        yield line.decode()


async def until_greeted(process: asyncio.subprocess.Process) -> str:
    """Read what `up` prints, until its curl has been printed whole."""
    said = ""
    async with asyncio.timeout(GREETED_WITHIN_SECONDS):
        async for line in lines_of(process):
            said += line
            if line.startswith("    -d "):
                return said
    pytest.fail(f"it ended without a greeting: {said}")


async def stop(process: asyncio.subprocess.Process, number: signal.Signals) -> str:
    process.send_signal(number)
    out, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_SECONDS)
    return out.decode()


async def stop_of(process: asyncio.subprocess.Process, ends: psutil.Process, number: signal.Signals) -> str:
    """End one process of the product by a signal, and read what is said until all have ended."""
    ends.send_signal(number)
    out, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_SECONDS)
    return out.decode()


async def until_said(process: asyncio.subprocess.Process, words: str) -> None:
    async with asyncio.timeout(GREETED_WITHIN_SECONDS):
        async for line in lines_of(process):
            if words in line:
                return
    pytest.fail(f"it ended without saying: {words}")


def role_of(process: asyncio.subprocess.Process, name: str) -> psutil.Process:
    children = psutil.Process(process.pid).children()
    return next(each for each in children if f"mevichat {name}" in " ".join(each.cmdline()))


async def run_printed_curl(said: str) -> str:
    command = re.search(r"^  (curl .*)\Z", said, re.MULTILINE | re.DOTALL)
    assert command, said
    process = await asyncio.create_subprocess_shell(
        command[1].replace("curl", "curl --silent --max-time 20", 1), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return out.decode()


async def test_an_empty_folder_becomes_a_product_whose_printed_curl_works(environment: dict[str, str]) -> None:
    folder = Path(environment["MEVICHAT_DATA_DIR"])
    async with running("up", environment=environment) as process:
        said = await until_greeted(process)
        reply = orjson.loads(await run_printed_curl(said))
        assert reply["choices"][0]["message"]["content"] == FIRST_ANSWER
        demo = read_demo(folder)
        assert demo["dashboard_url"] in said
        assert demo["admin_token"] in said
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {demo['admin_token']}"}) as http:
            async with http.get(demo["dashboard_url"] + "/api/quota") as answer:
                assert (await answer.json())["plan"] == "scale"
        roles = [" ".join(each.cmdline()) for each in psutil.Process(process.pid).children(recursive=True)]
        assert any("mevichat worker" in role for role in roles)
        servers = [each for each in psutil.Process(process.pid).children(recursive=True)]
        await stop(process, signal.SIGINT)
    assert process.returncode == 0
    assert not [each for each in servers if each.is_running()], "nothing is left behind"


async def test_secrets_of_the_folder_are_its_owners_alone(environment: dict[str, str]) -> None:
    folder = Path(environment["MEVICHAT_DATA_DIR"])
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        for name in ("demo.env", "master.keys", "database.url", "redis.url"):
            assert (folder / name).stat().st_mode & 0o777 == 0o600, name
        await stop(process, signal.SIGHUP)  # the terminal was closed
    assert process.returncode == 0


async def test_a_second_start_keeps_tokens_and_data_and_follows_a_changed_port(environment: dict[str, str]) -> None:
    folder = Path(environment["MEVICHAT_DATA_DIR"])
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        first = read_demo(folder)
        await stop(process, signal.SIGTERM)
    async with running("up", "--simulator", environment=environment | free_ports()) as process:
        said = await until_greeted(process)
        second = read_demo(folder)
        assert "Tuesday to Saturday" in await run_printed_curl(said)
        await stop(process, signal.SIGTERM)
    assert second["bot_token"] == first["bot_token"]
    assert second["admin_token"] == first["admin_token"]
    assert second["chat_url"] != first["chat_url"]


async def test_processes_that_are_killed_start_again_and_the_product_answers_on(environment: dict[str, str]) -> None:
    async with running("up", environment=environment) as process:
        said = await until_greeted(process)
        for name in ("gateway", "worker", "dashboard", "background"):
            role_of(process, name).kill()
            await until_said(process, f"{name} was killed by SIGKILL; started again")
            await until_ready(f"http://127.0.0.1:{environment[f'MEVICHAT_{name.upper()}_PORT']}/health/ready", process)
        reply = orjson.loads(await run_printed_curl(said))
        assert reply["choices"][0]["message"]["content"] == FIRST_ANSWER
        await stop(process, signal.SIGINT)
    assert process.returncode == 0


async def test_the_product_stops_when_a_process_of_it_ends_by_itself_and_says_why(environment: dict[str, str]) -> None:
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        children = psutil.Process(process.pid).children(recursive=True)
        out = await stop_of(process, role_of(process, "dashboard"), signal.SIGTERM)
    assert "Everything stopped because dashboard ended with exit code 0. Nothing that was" in out.splitlines()[-1]
    assert not [each for each in children if each.is_running()]


@pytest.mark.parametrize(("program", "name"), [("postgres", "PostgreSQL"), ("redis-server", "Redis")])
async def test_the_product_stops_when_its_own_server_ends_and_says_so(
    environment: dict[str, str], program: str, name: str
) -> None:
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        (server,) = [each for each in psutil.Process(process.pid).children() if each.name() == program]
        out = await stop_of(process, server, signal.SIGKILL)
    assert process.returncode == 128 + signal.SIGKILL
    assert f"{name} was killed by SIGKILL; everything stops" in out
    assert f"Everything stopped because {name} was killed by SIGKILL. Nothing that was" in out.splitlines()[-1]


async def test_with_the_simulator_the_greeting_names_its_address_and_keys_that_work(
    environment: dict[str, str],
) -> None:
    async with running("up", "--simulator", environment=environment) as process:
        said = await until_greeted(process)
        assert f"http://127.0.0.1:{environment['MEVICHAT_SIMULATOR_PORT']} " in said
        assert {"sk-sim-ok-1", "sk-ant-sim-ok-1"} <= set(said.split())
        out = await stop(process, signal.SIGINT)
    assert out.index("worker stopped") < out.index("sending SIGTERM to simulator")


async def test_a_file_of_an_earlier_version_gets_the_demo_bots_id(environment: dict[str, str]) -> None:
    file = Path(environment["MEVICHAT_DATA_DIR"]) / "demo.env"
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        whole = file.read_text()
        await stop(process, signal.SIGTERM)
    line = next(line for line in whole.splitlines() if line.startswith("MEVICHAT_BOT_ID="))
    assert UUID(line.partition("=")[2])
    file.write_text(whole.replace(f"{line}\n", ""))
    # a shell that has sourced the file can start it, too
    async with running("up", environment=environment | dict([line.split("=")])) as process:
        await until_greeted(process)
        await stop(process, signal.SIGTERM)
    assert file.read_text() == whole


async def test_a_taken_port_is_one_sentence_that_names_port_and_setting(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = await mevichat("up", environment=environment | {"MEVICHAT_DASHBOARD_PORT": str(port)})
    assert ended.code == 2
    assert ended.err == (f"Port {port} of 127.0.0.1 is taken; free it or set MEVICHAT_DASHBOARD_PORT to another.\n")
    assert not Path(environment["MEVICHAT_DATA_DIR"]).exists()


async def test_a_second_product_on_the_same_folder_is_refused(environment: dict[str, str]) -> None:
    async with running("up", environment=environment) as process:
        await until_greeted(process)
        ended = await mevichat("up", environment=environment | free_ports())
        assert ended.code == 2
        assert "Mevichat already runs from this folder" in ended.err
        await stop(process, signal.SIGTERM)


async def test_a_folder_that_cannot_be_made_is_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    ended = await mevichat("up", environment=environment | {"MEVICHAT_DATA_DIR": str(folder)})
    assert ended.code == 2
    assert ended.err == (
        f"Mevichat cannot write to its data folder {folder}: Not a directory. "
        "Let this user write there, or choose another folder with MEVICHAT_DATA_DIR.\n"
    )
