"""What a crash leaves in the log: where it happened, and nothing that the frames held."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sqlalchemy import text

from shared.logs import QuotesNothing
from shared.store.database import Database
from shared.store.errors import StoreError

CRASH = """
import logging
import structlog
from shared.logs import configure_logs

configure_logs("debug")


def ask(key):
    headers = {"authorization": f"Bearer {key}"}
    raise RuntimeError("the call failed")


try:
    ask("sk-canary-" + "0123456789")
except RuntimeError:
    structlog.get_logger().exception("ours")
    logging.getLogger("library").exception("theirs")
"""


def test_a_crash_is_logged_with_its_place_and_without_the_frames_locals() -> None:
    ended = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=True)

    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 2
    assert all("RuntimeError" in line and '"ask"' in line for line in lines)
    assert "canary" not in ended.stderr
    assert "Bearer" not in ended.stderr


def test_of_a_group_and_of_its_members_no_more_than_the_first_line_is_logged() -> None:
    member = ValueError("1 wrong field\ninput_value='canary'")
    member.add_note("canary")
    group = ExceptionGroup("two\ncanary", [member])

    shown = QuotesNothing()((ExceptionGroup, group, None))

    assert "canary" not in json.dumps(shown)
    assert shown[0]["exceptions"][0][0]["exc_value"] == "1 wrong field"


@pytest.mark.parametrize("way", ["call", "fetch", "transaction"])
async def test_a_statement_that_postgresql_refuses_is_logged_without_its_values(database_url: str, way: str) -> None:
    database = Database.connect(database_url, connections=2, application_name="test")
    await database.call(text("CREATE TABLE IF NOT EXISTS refusing (words text CHECK (words <> 'canary'))"))
    try:
        with pytest.raises(StoreError) as refused:
            await _insert_refused(database, way)
    finally:
        await database.close()

    shown = QuotesNothing()((refused.type, refused.value, refused.tb))
    assert "violates check constraint" in json.dumps(shown)
    assert "canary" not in json.dumps(shown)


async def _insert_refused(database: Database, way: str) -> None:
    statement = text("INSERT INTO refusing (words) VALUES (:words)")
    if way == "call":
        await database.call(statement, words="canary")
    elif way == "fetch":
        await database.fetch("INSERT INTO refusing (words) VALUES ($1)", "canary")
    else:
        async with database.transaction() as connection:
            await connection.execute(statement, {"words": "canary"})
