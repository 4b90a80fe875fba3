"""Install llama.cpp's Python server on demand and write its model: `python -m tests.served_mini.install`.

It is compiled from source, which takes some ten minutes and needs cmake and a C++ compiler; it lives under `build/`, never
among the product's requirements.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path("build/served-mini")
PYTHON = FOLDER / "venv" / "bin" / "python"
MODEL = FOLDER / "tiny.gguf"
WEIGHTS = Path(__file__).with_name("weights.py")
UV = Path(sys.executable).with_name("uv")
PACKAGES = ("llama-cpp-python[server]==0.3.36", "gguf==0.19.0", "numpy")
PLAIN_BUILD = {"CMAKE_ARGS": "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF", "CMAKE_BUILD_PARALLEL_LEVEL": "2"}
INSTALL_SECONDS = 3600


def install() -> int:
    """Install what is missing; return 0, or the exit code of the step that failed, whose words stand on the screen."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    steps: list[Sequence[str | Path]] = []
    if not PYTHON.exists():
        steps.append([UV, "venv", "--quiet", "--python", sys.executable, PYTHON.parents[1]])
    steps.append([UV, "pip", "install", "--quiet", "--python", PYTHON, *PACKAGES])
    steps.append([PYTHON, WEIGHTS, MODEL])
    print("Installing llama.cpp's Python server; the first time takes some minutes ...", flush=True)  # noqa: T201
    return next((code for code in map(_run, steps) if code), 0)


def _run(words: Sequence[str | Path]) -> int:
    done = subprocess.run(list(map(str, words)), env=os.environ | PLAIN_BUILD, check=False, timeout=INSTALL_SECONDS)
    return done.returncode


if __name__ == "__main__":
    sys.exit(install())
