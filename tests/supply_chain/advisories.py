"""Asks pip-audit for advisories about what is pinned; says so loudly where they cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.supply_chain.pins import REQUIREMENTS

SECONDS = 180
COMMAND = (
    *(str(Path(sys.executable).with_name("pip-audit")), "--format", "json", "--progress-spinner", "off"),
    *("--timeout", "5", "--disable-pip", "--require-hashes", "-r", str(REQUIREMENTS / "check.txt")),
)


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of an audit: packages that were looked up, those that were not, and a sentence for each advisory."""

    looked_up: int
    unknown: int
    advisories: tuple[str, ...]


def read_audit(answer: str) -> Audit | None:
    """Return what pip-audit's JSON says; None when it is none: the audit did not take place."""
    try:
        packages: Sequence[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    known = [package for package in packages if "skip_reason" not in package]
    advisories = [
        f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'none yet'}."
        for package in known
        for one in package["vulns"]
    ]
    return Audit(len(known), len(packages) - len(known), tuple(advisories))


def verdict(audit: Audit | None) -> tuple[int, str]:
    """Return the exit code and what to say: an advisory fails, not knowing is said aloud."""
    if audit is None or not audit.looked_up:
        return (
            0,
            "WARNING: NO ADVISORY WAS READ. pip-audit does not reach its data here; run `make check` where it does.",
        )
    said = "\n".join(audit.advisories) or f"No advisory about {audit.looked_up} packages."
    if audit.unknown:
        said += f"\nWARNING: {audit.unknown} packages were not found where advisories are kept."
    return (1 if audit.advisories else 0), said


def main() -> int:
    """Audit what is pinned; return the exit code."""
    try:
        ended = subprocess.run(COMMAND, capture_output=True, text=True, timeout=SECONDS, check=False)
        audit = read_audit(ended.stdout)
    except (OSError, subprocess.TimeoutExpired):
        audit = None
    code, said = verdict(audit)
    sys.stdout.write(said + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
