"""Webhooks reach the public internet and nothing else, in whatever form an address is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given, strategies as st

from shared.domain.public_address import NOT_PUBLIC_V4, is_public

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
UNIQUE_LOCAL = IPv6Network("fc00::/7")
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)


def inside(network: IPv4Network) -> st.SearchStrategy[IPv4Address]:
    """Draw an address of the network."""
    return st.integers(int(network[0]), int(network[-1])).map(IPv4Address)


INNER = st.sampled_from(NOT_PUBLIC_V4).flatmap(inside)


def carriers(address: IPv4Address) -> list[IPv6Address]:
    """Return the IPv6 addresses that lead to an IPv4 one: mapped, NAT64, 6to4."""
    number = int(address)
    return [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | number << 80 | 1),
    ]


@given(INNER)
def test_an_inner_address_is_refused_also_inside_an_ipv6_one(address: IPv4Address) -> None:
    assert not is_public(address)
    assert not any(is_public(carrier) for carrier in carriers(address))


@given(V4)
def test_what_is_public_is_global_to_python_too_and_reachable_by_its_carriers(address: IPv4Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
    assert {is_public(carrier) for carrier in carriers(address)} == {is_public(address)}


@given(V6)
def test_no_special_ipv6_address_is_public(address: IPv6Address) -> None:
    special = (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in UNIQUE_LOCAL
    )
    assert not (special and is_public(address))


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%2",
        "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001:db8::1", "2001::1", "::127.0.0.1", "5f00::1", "100::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "64:ff9b::1.1.1.1"])
def test_addresses_that_are_public(text: str) -> None:
    assert is_public(ip_address(text))
