"""Which texts name proxies that may be trusted."""

from __future__ import annotations

import pytest

from shared.settings import Settings, SettingsError, load_settings


@pytest.mark.parametrize("text", ["10.0.0.7", "10.0.0.0/8, 192.0.2.1", "::1,2001:db8::/32"])
def test_addresses_and_networks_are_taken(text: str) -> None:
    assert Settings(trusted_proxies=text).trusted_proxies == text


@pytest.mark.parametrize("text", ["*", "", "proxy.example", "10.0.0.7/8", "10.0.0.7,"])
def test_what_is_no_address_stops_the_start_with_the_settings_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEVICHAT_TRUSTED_PROXIES", text)

    with pytest.raises(SettingsError, match=r"MEVICHAT_TRUSTED_PROXIES must be .*like 10\.0\.0\.7 or 10\.0\.0\.0/8"):
        load_settings()
