"""Which network addresses a tenant's webhook may reach: globally routable unicast, and nothing else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, and the clouds' metadata services
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
PUBLIC_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
        ),
    )
)
V4_MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
SIX_TO_FOUR_SHIFT = 80
LOW_32_BITS = 0xFFFF_FFFF


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address belongs to the public internet.

    The lists are IANA's special-purpose registries, written out: what Python's `is_global` says differs between its
    versions. An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is as public as what it carries.
    """
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is None:
            return address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)
        address = carried
    return not any(address in network for network in NOT_PUBLIC_V4)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in V4_MAPPED or address in NAT64:
        return IPv4Address(int(address) & LOW_32_BITS)
    if address in SIX_TO_FOUR:
        return IPv4Address(int(address) >> SIX_TO_FOUR_SHIFT & LOW_32_BITS)
    return None
