"""Whether a process that has ended starts again, and how its end is told."""

from __future__ import annotations

import signal

from infra.processes.ends import End, farewell, farewell_of_server, starts_again

KILLED = End("worker", -signal.SIGKILL)
FAILED = End("worker", 3)


def test_one_that_was_killed_starts_again_five_times_a_minute() -> None:
    assert starts_again(KILLED, [], now=100.0)
    assert starts_again(KILLED, [50.0, 60.0, 70.0, 80.0], now=100.0)
    assert not starts_again(KILLED, [50.0, 60.0, 70.0, 80.0, 90.0], now=100.0)
    assert starts_again(KILLED, [40.0, 60.0, 70.0, 80.0, 90.0], now=100.0)


def test_one_that_ended_by_itself_does_not_start_again() -> None:
    assert not starts_again(FAILED, [], now=100.0)
    assert not starts_again(End("worker", 0), [], now=100.0)


def test_the_last_words_name_who_ended_how_and_what_to_do() -> None:
    assert farewell(FAILED) == (
        "Everything stopped because worker ended with exit code 3. Nothing that was accepted is lost: "
        "mend what the lines above show, then start it again the same way."
    )
    assert "worker was killed by SIGKILL after 5 new starts within a minute. " in farewell(KILLED)
    assert "PostgreSQL was killed by SIGKILL. " in farewell_of_server(End("PostgreSQL", -signal.SIGKILL))


def test_a_signal_without_a_name_is_told_by_its_number() -> None:
    assert End("worker", -40).how == "was killed by signal 40"
