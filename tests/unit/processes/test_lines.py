"""What several processes print, on one terminal."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

from infra.processes.lines import Lines, LinesOf

NOON = datetime(2026, 11, 29, 12, 0, 0).astimezone()


class Terminal(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class ClosedTerminal(StringIO):
    """A stream that nobody reads any more."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_a_line_stands_behind_the_time_and_the_name_of_who_printed_it() -> None:
    stream = StringIO()
    lines = Lines(["gateway", "background"], stream, lambda: NOON)
    lines.say("gateway", "listens")
    lines.say("system", "background started")
    assert stream.getvalue() == "12:00:00 gateway    | listens\n12:00:00 system     | background started\n"


def test_only_a_terminal_gets_colours() -> None:
    terminal = Terminal()
    Lines(["gateway"], terminal, lambda: NOON).say("gateway", "listens")
    assert terminal.getvalue() == "\033[36m12:00:00 gateway | \033[0mlistens\n"


def test_a_closed_terminal_ends_nobody() -> None:
    Lines(["gateway"], ClosedTerminal(), lambda: NOON).say("gateway", "listens")


async def test_lines_that_come_in_pieces_are_printed_whole_and_the_last_one_without_its_break() -> None:
    stream = StringIO()
    printed = LinesOf("worker", Lines(["worker"], stream, lambda: NOON))
    for piece in (b"on", b"e\ntwo\nthr", b"\xff", b"ee"):
        printed.data_received(piece)
    assert "one\n" in stream.getvalue()
    assert "thr" not in stream.getvalue()
    printed.connection_lost(None)
    assert [line.partition("| ")[2] for line in stream.getvalue().splitlines()] == ["one", "two", "thr\ufffdee"]
    assert printed.ended.done()
