"""The kinds of values that settings have, each with what is said of one that is none; a value itself is never said."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BeforeValidator, Field

MOST_PORT: Final = 65_535
# what comes before the last @ of an address's host is name and password, in which any sign may stand
_REST: Final = r"(?:[^:/@]*(?::[^@]*)?@)?(?:\[[^/?\]]+\]|[^/:?@\[\]\s]*)(?::(?P<port>[0-9]*))?(?:[/?]\S*)?"
_POSTGRES: Final = re.compile(r"postgres(?:ql)?(?:\+\w+)?://" + _REST)
_REDIS: Final = re.compile(r"rediss?://" + _REST)
_REDIS_SOCKET: Final = re.compile(r"unix://\S*/\S+")
POSTGRES_FORM: Final = "must be an address like postgresql://user:password@host:5432/name"
POSTGRES_OPTIONS: Final = frozenset({"host", "port", "ssl", "passfile", "target_session_attrs"})
POSTGRES_OPTION_FORM: Final = f"may have {', '.join(sorted(POSTGRES_OPTIONS))} after its ?, and nothing else; write ssl=require for sslmode=require"
REDIS_FORM: Final = "must be an address like redis://:password@host:6379/0 (rediss:// for TLS, unix:// for a socket)"


def postgres_address(value: str) -> str:
    """Return the address of a PostgreSQL server.

    Raises:
        ValueError: it is none.

    """
    address = _server(value, POSTGRES_FORM, is_one=_POSTGRES.fullmatch)
    _, _, options = address.rpartition("@")[2].partition("?")
    if any(name not in POSTGRES_OPTIONS for name, _ in parse_qsl(options, keep_blank_values=True)):
        raise ValueError(POSTGRES_OPTION_FORM)
    return address


def redis_address(value: str) -> str:
    """Return the address of a Redis server.

    Raises:
        ValueError: it is none.

    """
    if _REDIS_SOCKET.fullmatch(value):
        return value
    return _server(value, REDIS_FORM, is_one=_REDIS.fullmatch)


def _server(value: str, form: str, *, is_one: Callable[[str], re.Match[str] | None]) -> str:
    found = is_one(value)
    if not found or int(found["port"] or 0) > MOST_PORT:
        raise ValueError(form)
    return value


def _http_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        message = "must start with http:// or https://"
        raise ValueError(message)
    return value.rstrip("/")


def _addresses(value: str) -> str:
    for item in value.split(","):
        try:
            ip_network(item.strip())
        except ValueError:
            message = "must be addresses or networks like 10.0.0.7 or 10.0.0.0/8, joined by commas"
            raise ValueError(message) from None
    return value


PostgresAddress = Annotated[str, AfterValidator(postgres_address)]
RedisAddress = Annotated[str, AfterValidator(redis_address)]
HttpAddress = Annotated[str, AfterValidator(_http_address)]
Addresses = Annotated[str, AfterValidator(_addresses)]
Port = Annotated[int, Field(ge=0, le=MOST_PORT)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)]
