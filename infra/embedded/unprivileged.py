"""PostgreSQL refuses to run as root: as whom it runs then, and how that user reaches its files."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import TypedDict

SERVER_USER = "nobody"


class AsUser(TypedDict, total=False):
    """What subprocess takes to run a program as another user."""

    user: int
    group: int


def server_user() -> AsUser:
    """Return as whom a server runs: root's servers as nobody, everybody else's as themselves."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(SERVER_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def give(folder: Path) -> None:
    """Hand a folder over to the server's user, and let it pass through the folders above."""
    user = server_user()
    if not user:
        return
    shutil.chown(folder, user["user"], user["group"])
    let_pass(folder)


def let_pass(path: Path) -> None:
    """Let the server's user traverse (not list) the folders above; a no-op unless we are root."""
    if not server_user():
        return
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
