"""The manifests start the product's own commands, with settings, ports and limits that there are."""

from __future__ import annotations

import re

import pytest
import typer.main

from infra.cli.main import app
from shared.health import health_routes
from shared.serving.server import GOODBYE_SECONDS
from shared.settings import PREFIX, Settings
from tests.unit.kubernetes.manifests import DEPLOYMENTS, FOLDER, ROOT, WORKLOADS, container_of, of_kind, pod_of, read

SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
PORTS = {
    name: Settings.model_fields[f"{name}_port"].default for name in ("gateway", "dashboard", "worker", "background")
}
HTTP = {"gateway", "dashboard"}
SECRETS = {
    "MEVICHAT_DATABASE_URL": "database-url",
    "MEVICHAT_REDIS_URL": "redis-url",
    "MEVICHAT_MASTER_KEYS": "master-keys",
}


async def always() -> bool:
    return True


def test_every_role_is_deployed_and_every_file_is_applied() -> None:
    (kustomization,) = read("kustomization.yaml")
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}

    assert (set(DEPLOYMENTS), set(WORKLOADS)) == (set(PORTS), {*PORTS, "migrate"})
    assert set(kustomization["resources"]) == files
    assert of_kind("Secret") == {}, "secrets stand in no file"


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_runs_a_command_of_ours_with_settings_of_ours_and_secrets_by_reference(name: str) -> None:
    container = container_of(WORKLOADS[name])
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]

    assert container["args"] == [name]
    assert name in commands
    assert "command" not in container, "the image's entrypoint is the mevichat command"
    references = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"]}
    assert references == {variable: {"name": "mevichat", "key": key} for variable, key in SECRETS.items()}
    assert container["envFrom"] == [{"configMapRef": {"name": "mevichat"}}]
    assert pod_of(WORKLOADS[name])["enableServiceLinks"] is False


def test_every_variable_is_a_setting_and_none_is_a_secret() -> None:
    data = of_kind("ConfigMap")["mevichat"]["data"]
    assert set(data) | set(SECRETS) <= SETTINGS
    assert set(data).isdisjoint(SECRETS)
    assert data["MEVICHAT_HOST"] == "0.0.0.0"
    assert all(isinstance(value, str) for value in data.values())


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_is_nobody_and_writes_nowhere_but_into_its_own_tmp(name: str) -> None:
    pod, container = pod_of(WORKLOADS[name]), container_of(WORKLOADS[name])
    dockerfile = (ROOT / "infra/containers/Dockerfile").read_text(encoding="utf-8")

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"--uid {pod['securityContext']['runAsUser']} " in dockerfile
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["volumeMounts"] == [{"name": "scratch", "mountPath": "/tmp"}]
    assert [set(volume) for volume in pod["volumes"]] == [{"name", "emptyDir"}]
    assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_probes_and_prometheus_ask_the_doors_that_the_process_has_at_its_port(name: str) -> None:
    container, doors = container_of(DEPLOYMENTS[name]), {route.path for route in health_routes(always)}
    annotations = DEPLOYMENTS[name]["spec"]["template"]["metadata"]["annotations"]

    assert container["ports"] == [{"name": "http", "containerPort": PORTS[name]}]
    probes = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": "/health/live",
        "liveness": "/health/live",
        "readiness": "/health/ready",
    }
    assert {probe["port"] for probe in probes.values()} == {"http"}
    assert {probe["path"] for probe in probes.values()} | {annotations["prometheus.io/path"]} == doors
    assert annotations["prometheus.io/port"] == str(PORTS[name])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_has_longer_to_stop_than_its_process_takes(name: str) -> None:
    pod, container = pod_of(DEPLOYMENTS[name]), container_of(DEPLOYMENTS[name])
    hook = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])
    needed = int(hook[1]) + GOODBYE_SECONDS + (0 if name in HTTP else Settings.model_fields["grace_seconds"].default)

    assert pod["terminationGracePeriodSeconds"] > needed
    assert (int(hook[1]) > 0) == (name in HTTP), "who serves people goes on until nobody is sent there any more"


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_of_every_role_one_may_go_while_another_stays(name: str) -> None:
    deployment, budget = DEPLOYMENTS[name]["spec"], of_kind("PodDisruptionBudget")[name]["spec"]
    scaler = of_kind("HorizontalPodAutoscaler").get(name)

    assert deployment["selector"] == budget["selector"] == {"matchLabels": deployment["template"]["metadata"]["labels"]}
    assert budget["maxUnavailable"] == 1
    assert ("replicas" in deployment) != (scaler is not None), "an autoscaler's count is not overwritten"
    count = scaler["spec"]["minReplicas"] if scaler else deployment["replicas"]
    assert count > 1
    assert scaler is None or scaler["spec"]["scaleTargetRef"]["name"] == name


def test_services_lead_to_the_ports_of_whom_people_call() -> None:
    services = of_kind("Service")
    assert set(services) == HTTP
    for name, service in services.items():
        assert service["spec"]["selector"] == DEPLOYMENTS[name]["spec"]["selector"]["matchLabels"]
        assert service["spec"]["ports"] == [{"name": "http", "port": PORTS[name], "targetPort": "http"}]


def test_the_migration_is_tried_again_and_makes_room_for_the_next() -> None:
    job = of_kind("Job")["migrate"]["spec"]
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    assert job["backoffLimit"] > 0
    assert job["ttlSecondsAfterFinished"] > 0


def test_the_readme_names_settings_and_commands_that_there_are() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"MEVICHAT_[A-Z_]+", text)) <= SETTINGS
    assert set(re.findall(r"`(?:args: )?\[([a-z]+)\]`", text)) <= commands
    assert set(re.findall(r"from-literal=([a-z-]+)=", text)) == set(SECRETS.values())
