"""Which URLs a workspace may set for its webhook. What a name resolves to is checked at each delivery."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from shared.domain.public_address import is_public

MAX_LENGTH = 2000
PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash: what parsers do not read differently."""
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(:(?P<port>[1-9]\d{0,4}))?")
LAST_PORT = 65_535
LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa")
NOT_REACHABLE = (
    "webhook_url must lead to the public internet; use a host that is no loopback, private or local address."
)


def problem_with_webhook_url(url: str, *, allow_private: bool = False) -> str | None:
    """Return why this cannot be a webhook's URL and how to mend it; None when it can.

    `allow_private` (test networks only) also takes http and addresses that are not public.
    """
    if not url:
        return "webhook_url is empty; write it as https://host/path, or send null to take the webhook away."
    if len(url) > MAX_LENGTH:
        return f"webhook_url is longer than {MAX_LENGTH} characters; use a shorter one."
    if not PLAIN.fullmatch(url):
        return "webhook_url contains spaces, backslashes or non-ASCII characters; write it percent-encoded."
    try:
        parts = urlsplit(url)
    except ValueError:
        return "webhook_url is no valid URL; write it as https://host/path."
    return _problem_with_parts(parts, allow_private=allow_private)


def _problem_with_parts(parts: SplitResult, *, allow_private: bool) -> str | None:
    if parts.scheme not in (("https", "http") if allow_private else ("https",)):
        return "webhook_url must start with https://."
    if "@" in parts.netloc:
        return "webhook_url must not carry a user name or password; check the webhook's signature instead."
    if parts.fragment:
        return "webhook_url must not carry a fragment; remove what follows the #."
    authority = AUTHORITY.fullmatch(parts.netloc)
    if authority is None or int(authority["port"] or 443) > LAST_PORT:
        return "webhook_url's host or port is malformed; write it as https://example.com or https://example.com:8443."
    return _problem_with_host(authority["host"].lower(), allow_private=allow_private)


def _problem_with_host(host: str, *, allow_private: bool) -> str | None:
    address = _literal_address(host)
    if address is not None:
        return None if allow_private or is_public(address) else NOT_REACHABLE
    if not NAME.fullmatch(host):
        return "webhook_url's host is no valid name; write it as example.com, or in its xn-- form."
    name = host.rstrip(".")
    if _ends_in_a_number(name):
        return "webhook_url's host is a number; write a name, or an IPv4 address as four decimal numbers."
    if not allow_private and ("." not in name or name.endswith(LOCAL_SUFFIXES)):
        return NOT_REACHABLE
    return None


def _literal_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _ends_in_a_number(name: str) -> bool:
    # 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to a C library
    return re.fullmatch(r"\d+|0x[0-9a-f]*", name.rpartition(".")[2]) is not None
