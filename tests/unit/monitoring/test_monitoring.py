"""Alerts, their runbooks and the dashboard speak of what the processes really export."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from infra.cli.main import app
from shared.settings import PREFIX, Settings
from tests.unit.monitoring.exported import OF_TARGET, exported, names_in, series, unknown_values

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "infra" / "monitoring"
ALERTS: list[dict[str, Any]] = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0][
    "rules"
]
SCRAPED: dict[str, Any] = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
BOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
EXPRESSIONS = [alert["expr"] for alert in ALERTS] + [
    target["expr"] for panel in BOARD["panels"] for target in panel["targets"]
]
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LEGEND = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_metrics_labels_and_values_that_there_are(expression: str) -> None:
    named, known = names_in(expression), exported()

    assert named.metrics, "it looks at nothing"
    assert named.metrics <= set(known)
    labels = frozenset[str]().union(*(known[metric] for metric in named.metrics)) | OF_TARGET
    assert named.labels <= labels
    assert unknown_values(named.values) == []
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_series_that_an_expression_asks_for_is_there_before_its_first_event(expression: str) -> None:
    named, there = names_in(expression), series()

    for metric in named.metrics & set(there):
        assert there[metric], f"{metric} has no series"
        asked = {(label, value) for label, value in named.values if label in exported()[metric]}
        assert asked <= there[metric]


def test_a_metric_that_nobody_exports_is_found_out() -> None:
    assert not names_in("rate(mevichat_turns_lost_total[5m]) > 0").metrics <= set(exported())
    assert unknown_values(names_in('mevichat_turns_ended_total{status="lost"}').values) == [("status", "lost")]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_is_wrong_how_urgent_it_is_and_where_its_runbook_stands(alert: dict[str, Any]) -> None:
    words, named = alert["annotations"], names_in(alert["expr"])

    assert alert["labels"]["severity"] in ("page", "ticket")
    assert words["runbook"] == f"docs/runbooks.md#{alert['alert'].lower()}"
    assert words["summary"].endswith(".")
    assert set(re.findall(r"\$labels\.(\w+)", words["summary"])) <= named.labels | OF_TARGET


def test_every_alert_has_its_section_and_every_section_its_alert_in_the_same_order() -> None:
    sections = SECTION.findall(RUNBOOKS)
    assert [name for name, _ in sections] == [alert["alert"] for alert in ALERTS]
    for name, text in sections:
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Means", "Look", "Do"], name


def test_runbooks_name_commands_settings_and_alerts_that_there_are() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    settings = {PREFIX + name.upper() for name in Settings.model_fields}

    assert set(re.findall(r"`mevichat ([a-z-]+)", RUNBOOKS)) <= commands
    assert set(re.findall(r"MEVICHAT_[A-Z_]+", RUNBOOKS)) <= settings
    assert set(re.findall(r"\bMevichat[A-Z]\w+", RUNBOOKS)) == {alert["alert"] for alert in ALERTS}
    for metric in re.findall(r"grep (mevichat_\w+)", RUNBOOKS):
        assert any(name.startswith(metric) for name in exported()), metric


def test_every_alert_is_made_to_fire_by_a_case_of_its_own_tests() -> None:
    cases = (MONITORING / "alerts_test.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'alertname="(\w+)"', cases)) == {alert["alert"] for alert in ALERTS}


def test_the_alert_of_the_backlog_stands_at_four_fifths_of_its_limit() -> None:
    (alert,) = (alert for alert in ALERTS if alert["alert"] == "MevichatBacklogHigh")
    assert alert["expr"].endswith(f"> {Settings.model_fields['waiting_limit_all'].default * 4 // 5}")


def test_prometheus_scrapes_every_service_on_its_health_port_under_a_job_that_alerts_expect() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    written = {
        name: int(each["healthcheck"]["test"][-1])
        for name, each in services.items()
        if "infra.cli.health" in each.get("healthcheck", {}).get("test", [])
    }
    scraped = {
        name: config["port"]
        for job in SCRAPED["scrape_configs"]
        for config in job["dns_sd_configs"]
        for name in config["names"]
    }
    assert scraped == written
    assert all(job["job_name"].startswith("mevichat-") for job in SCRAPED["scrape_configs"])
    assert SCRAPED["rule_files"] == ["alerts.yml"]


def test_the_dashboards_legends_name_labels_of_their_expressions() -> None:
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            assert set(LEGEND.findall(target["legendFormat"])) <= names_in(target["expr"]).labels | OF_TARGET


def test_the_dashboard_shows_every_metric_of_the_product() -> None:
    shown = frozenset[str]().union(
        *(names_in(target["expr"]).metrics for panel in BOARD["panels"] for target in panel["targets"])
    )
    families = {
        name.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket")
        for name in exported()
        if name.startswith("mevichat_")
    }
    assert {name.removesuffix("_bucket") for name in shown if name.startswith("mevichat_")} == families
