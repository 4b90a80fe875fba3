"""SQL is composed while modules are imported, of constants: no request exists yet whose text could get into it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|ALTER|CREATE)\b")
COMPOSED_LATER = {
    ("shared/store/audit/read.py", "list_audit"),  # conditions of constants, chosen by what was asked for
    ("shared/store/sealed/rows.py", "count_sealed"),  # tables and columns that the database itself names
    ("shared/store/sealed/rows.py", "read_sealed"),
    ("shared/store/sealed/rows.py", "renew_sealed"),
    ("shared/store/turns/search.py", "_page"),  # called at import only
    ("shared/store/usage/read.py", "_grouped"),  # groups and figures of a closed set
}


def composers(source: str) -> set[str]:
    """Return the functions that put SQL together when they are called."""
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {function.name for function in functions for node in ast.walk(function) if is_composed_sql(node)}


def is_composed_sql(node: ast.AST) -> bool:
    """Tell an f-string with SQL in it; other ways to put strings together are none that we use for SQL."""
    return isinstance(node, ast.JoinedStr) and bool(SQL.search(ast.unparse(node)))


def test_only_functions_that_we_know_compose_sql_when_they_are_called() -> None:
    found = {
        (str(file.relative_to(ROOT)), name)
        for room in ("services", "shared", "infra")
        for file in (ROOT / room).rglob("*.py")
        for name in composers(file.read_text(encoding="utf-8"))
    }

    assert found == COMPOSED_LATER


def test_a_function_that_composes_sql_is_found() -> None:
    assert composers('def find(name): return text(f"SELECT 1 FROM bots WHERE name = {name!r}")') == {"find"}
    assert composers('FIND = text(f"SELECT {COLUMNS} FROM bots")\ndef find(): return FIND') == set()
