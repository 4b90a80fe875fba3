"""One Mevichat a data folder: a second one says so instead of corrupting it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from infra.embedded.errors import FolderInUseError, FolderNotWritableError


@contextmanager
def hold_data_folder(folder: Path) -> Iterator[Path]:
    """Hold the folder for this process while the block runs; make it when it is missing.

    Raises:
        FolderInUseError: a running Mevichat holds it; the message names its process.
        FolderNotWritableError: this user may not write there.

    """
    with _open_lock(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FolderInUseError(_sentence(folder, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder


def _open_lock(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        message = (
            f"Mevichat cannot write to its data folder {folder}: {error.strerror}. "
            "Let this user write there, or choose another folder with MEVICHAT_DATA_DIR."
        )
        raise FolderNotWritableError(message) from None


def _sentence(folder: Path, pid: str) -> str:
    return (
        f"Mevichat already runs from this folder: process {pid or 'unknown'} holds {folder}. "
        "Stop it first, or choose another folder with MEVICHAT_DATA_DIR."
    )
