"""Runs the statements of a .sql file inside a migration."""

from __future__ import annotations

from pathlib import Path

from alembic import op

HERE = Path(__file__).parent


def run_sql_file(name: str) -> None:
    """Run the file's statements one by one; it holds plain statements, no function bodies."""
    for statement in (HERE / name).read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement)
