"""Every package is pinned by hashes and installed by them; licences and advisories that matter are heard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.supply_chain.advisories import Audit, read_audit, verdict
from tests.supply_chain.licences import Licences, is_allowed, problems
from tests.supply_chain.pins import REQUIREMENTS, pinned, pins_of

ROOT = Path(__file__).parents[3]
ALLOWED = frozenset({"MIT", "Apache-2.0"})


@pytest.mark.parametrize("file", ["run.txt", "check.txt", "uv.txt"])
def test_every_requirement_is_pinned_to_one_version_with_the_hashes_of_its_files(file: str) -> None:
    pins = pinned(file)

    text = (REQUIREMENTS / file).read_text(encoding="utf-8")
    named = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(pins) == len(named) > 0
    assert all(pin.hashes for pin in pins)
    assert "://" not in text


@pytest.mark.parametrize("file", ["Makefile", "infra/containers/Dockerfile"])
def test_whatever_installs_packages_installs_them_by_their_hashes(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    installs = [line for line in lines if re.search(r"\bpip\b.* install\b|\bpip install\b", line)]

    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_a_pin_without_hashes_is_seen() -> None:
    (first, second) = pins_of("one==1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via two\ntwo==2.0\n")

    assert (first.name, first.version, first.hashes) == ("one", "1.0", 1)
    assert (second.name, second.hashes) == ("two", 0)


@pytest.mark.parametrize(
    ("stated", "is_fine"),
    [
        ("MIT", True),
        ("MIT AND Apache-2.0", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT; GPL-3.0-only", False),
        ("", False),
    ],
)
def test_of_a_choice_one_licence_is_enough_and_otherwise_all_must_be_allowed(stated: str, *, is_fine: bool) -> None:
    assert is_allowed(stated, ALLOWED) is is_fine


def test_a_package_whose_licence_is_not_allowed_or_has_changed_is_named() -> None:
    assert problems(["dramatiq"], Licences(ALLOWED, {}))[0].startswith("dramatiq is under GNU Lesser")
    assert "no longer 'MIT'" in problems(["dramatiq"], Licences(ALLOWED, {"dramatiq": "MIT"}))[0]
    assert "take it out" in problems([], Licences(ALLOWED, {"gone": "MIT"}))[0]


def test_an_advisory_fails_the_check_and_names_what_mends_it() -> None:
    vulnerable = {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
    fine = {"name": "two", "version": "2.0", "vulns": []}
    lost = {"name": "three", "skip_reason": "not found"}

    code, said = verdict(read_audit(json.dumps({"dependencies": [vulnerable, fine, lost]})))

    assert code == 1
    assert "one 1.0: PYSEC-1, mended in 1.1." in said
    assert "WARNING: 1 packages" in said


@pytest.mark.parametrize("audit", [None, read_audit("no JSON"), Audit(0, 70, ())])
def test_an_audit_that_could_not_take_place_is_said_loudly_and_fails_nothing(audit: Audit | None) -> None:
    code, said = verdict(audit)

    assert code == 0
    assert said.startswith("WARNING: NO ADVISORY WAS READ.")
