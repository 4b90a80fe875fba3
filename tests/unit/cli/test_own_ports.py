"""Processes of one machine each need a port of their own."""

from __future__ import annotations

import pytest

from infra.cli.addresses import TakenPortError, require_own_ports
from shared.settings import Settings

PROCESSES = ("gateway", "dashboard", "worker", "background")


def test_two_processes_with_one_port_are_refused_by_both_settings_names() -> None:
    settings = Settings().model_copy(update={"gateway_port": 8081, "dashboard_port": 8081})

    with pytest.raises(TakenPortError) as refused:
        require_own_ports(settings, PROCESSES)

    assert str(refused.value) == (
        "MEVICHAT_GATEWAY_PORT and MEVICHAT_DASHBOARD_PORT are both 8081; set one of them to another port."
    )


def test_different_ports_and_ports_that_are_still_to_be_chosen_are_fine() -> None:
    require_own_ports(Settings(), PROCESSES)
    require_own_ports(Settings().model_copy(update={"gateway_port": 0, "dashboard_port": 0}), PROCESSES)
