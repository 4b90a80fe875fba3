"""The process that reads files: it loads the parsers once, and reads each file in a fork of itself.

What one file does to its fork, no other file sees: neither memory that was not given back nor a parser that was
tricked. Files come on stdin, what was read leaves on stdout; the end of stdin is its end. It knows no secret.
"""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import asdict
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO

from services.workers.ingest.confine import confine
from services.workers.ingest.frames import LENGTH, frame_of, length_in, value_in
from shared.domain.documents import ReadingFault, ReadingLimits
from shared.knowledge.reading.read import read_file

LOADED_BEFORE = ("markdown_it", "charset_normalizer")
FAILED_EXIT = 1


def main(files: BinaryIO, answers: BinaryIO) -> None:
    """Read file after file until there are no more."""
    for name in LOADED_BEFORE:
        import_module(name)
    gc.collect()
    gc.freeze()
    while (request := _next(files)) is not None:
        child = os.fork()
        if child == 0:
            _read_and_exit(*request, answers)
        _, status = os.waitpid(child, 0)
        _say(answers, {"ended": status})


def _next(files: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    head = files.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    order: dict[str, Any] = value_in(files.read(length_in(head)))
    return order, files.read(order["size"])


def _read_and_exit(order: dict[str, Any], content: bytes, answers: BinaryIO) -> None:
    """Read one file and end this fork, whatever happens."""
    code = FAILED_EXIT
    try:
        limits = ReadingLimits(**order["limits"])
        confine(limits)
        _say(answers, _outcome(content, order["file_name"], limits, answers))
        code = 0
    except MemoryError:
        pass  # too little is left to say so; the exit code does
    finally:
        os._exit(code)


def _outcome(content: bytes, file_name: str, limits: ReadingLimits, answers: BinaryIO) -> dict[str, Any]:
    try:
        read = read_file(content, file_name, limits, partial(_tell_pages, answers))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a parser may raise whatever a broken file leads it to
        return {"fault": ReadingFault.DAMAGED}
    return {"fault": read} if isinstance(read, ReadingFault) else {"passages": [asdict(passage) for passage in read]}


def _tell_pages(answers: BinaryIO, read: int, pages: int) -> None:
    _say(answers, {"pages_read": read, "pages": pages})


def _say(answers: BinaryIO, value: Any) -> None:
    answers.write(frame_of(value))
    answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
