"""The manifests as objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "infra" / "kubernetes"
Manifest = dict[str, Any]


def read(name: str) -> list[Manifest]:
    """Return the objects of one file."""
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


OBJECTS = [each for path in sorted(FOLDER.glob("*.yaml")) for each in read(path.name)]


def of_kind(kind: str) -> dict[str, Manifest]:
    """Return the objects of a kind by name."""
    return {each["metadata"]["name"]: each for each in OBJECTS if each["kind"] == kind}


def pod_of(workload: Manifest) -> Manifest:
    """Return the specification of a workload's pods."""
    spec: Manifest = workload["spec"]["template"]["spec"]
    return spec


def container_of(workload: Manifest) -> Manifest:
    """Return the one container of a workload's pods."""
    (container,) = pod_of(workload)["containers"]
    assert isinstance(container, dict)
    return container


DEPLOYMENTS = of_kind("Deployment")
WORKLOADS = DEPLOYMENTS | of_kind("Job")
