"""Lives of processes: one parent, which has imported the product, gives birth to each and says how it ended.

Importing the product costs more than all else that a start does, and a run has some seventy starts: what its processors
spend on imports, load and faults wait for. Importing does nothing, so a child begins where a new process would.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path

LOOK_SECONDS = 0.02
FAILED = 1


@dataclass(frozen=True, slots=True)
class Birth:
    """Asks for one life of `member`: what it runs, with which variables, and where it logs."""

    member: int
    service: str
    environment: dict[str, str]
    log_file: str

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class News:
    """Of a member's life: it began (`pid`), or it ended (`code`, negative for a signal)."""

    member: int
    pid: int = 0
    code: int | None = None

    def line(self) -> str:
        return json.dumps(asdict(self))


def give_lives(live: Callable[[str], None]) -> None:
    """Read births from stdin, start a child that runs `live(service)` for each, tell news on stdout; end with stdin.

    No child outlives stdin: whoever asked for it is gone.
    """
    asked, alive = FileIO(sys.stdin.fileno(), closefd=False), dict[int, int]()  # a buffer would hide lines from select
    while True:
        _tell_ends(alive)
        if not select.select([asked], [], [], LOOK_SECONDS)[0]:
            continue
        line = asked.readline()
        if not line:
            break
        birth = Birth(**json.loads(line))
        pid = os.fork() or _live(birth, live)
        alive[pid] = birth.member
        _tell(News(birth.member, pid=pid))
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _tell_ends(alive: dict[int, int]) -> None:
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _tell(News(alive.pop(pid), code=os.waitstatus_to_exitcode(status)))


def _tell(news: News) -> None:
    sys.stdout.write(news.line() + "\n")
    sys.stdout.flush()


def _live(birth: Birth, live: Callable[[str], None]) -> int:
    """Be the child; it ends as a process of its own would."""
    os.environ.update(birth.environment)
    with Path(birth.log_file).open("ab") as log, Path(os.devnull).open("rb") as nothing:
        for stream, file in ((sys.stdin, nothing), (sys.stdout, log), (sys.stderr, log)):
            os.dup2(file.fileno(), stream.fileno())
    code = FAILED
    try:
        live(birth.service)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED
    except BaseException:  # noqa: BLE001 - whatever it is, the log has it and the process ends
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
