"""Finds a Chromium; `python -m tests.browser.chromium` installs Debian's package where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHTS_OWN = "chromium-*/chrome-linux*/chrome"
MISSING = (
    "NO CHROMIUM WAS FOUND, so no page was seen in a browser. Install Debian's package "
    "(apt-get install chromium) or Playwright's own (.venv/bin/playwright install chromium)."
)


def find_chromium() -> str | None:
    """Return the program's path: one on PATH, else the one that Playwright installed, else None."""
    on_path = next((path for path in map(shutil.which, NAMES) if path), None)
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return on_path or next((str(path) for path in sorted(folder.glob(PLAYWRIGHTS_OWN), reverse=True)), None)


def main() -> None:
    """See to it that there is a Chromium, as far as this machine lets us."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests (apt-get install chromium) ...", flush=True)  # noqa: T201
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    if not find_chromium():
        print(MISSING)  # noqa: T201


if __name__ == "__main__":
    main()
