"""How commands print rows in a terminal that is too narrow for them."""

from __future__ import annotations

from uuid import UUID

import pytest

from infra.cli.tables import print_table

ID, OTHER = UUID(int=1), UUID(int=2**127)
LONG = "a name that is much longer than the terminal has room for"


@pytest.mark.parametrize("columns", [30, 60, 200])
def test_an_id_is_never_cut_or_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    print_table(("id", "name", "workspace"), [(ID, LONG, OTHER), (OTHER, None, ID)])

    lines = capsys.readouterr().out.splitlines()
    for wanted in (ID, OTHER):
        assert sum(str(wanted) in line for line in lines) == 2


def test_other_columns_are_folded_and_lose_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    print_table(("id", "name"), [(ID, LONG)])

    out = capsys.readouterr().out
    assert all(len(line) <= 60 for line in out.splitlines())
    assert "".join(out.replace(str(ID), "").replace("id", "", 1).split()).endswith("".join(LONG.split()))
