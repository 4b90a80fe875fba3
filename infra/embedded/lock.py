"""One Mevichat a data folder: a second one says so instead of corrupting it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.embedded.errors import FolderInUseError


@contextmanager
def hold_data_folder(folder: Path) -> Iterator[Path]:
    """Hold the folder for this process while the block runs; make it when it is missing.

    Raises:
        FolderInUseError: a running Mevichat holds it; the message names its process.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FolderInUseError(_sentence(folder, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder


def _sentence(folder: Path, pid: str) -> str:
    return (
        f"Mevichat already runs from this folder: process {pid or 'unknown'} holds {folder}. "
        "Stop it first, or choose another folder with MEVICHAT_DATA_DIR."
    )
