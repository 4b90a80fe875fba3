"""Settings that harm each other although each is good by itself; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

HOURS_A_SECOND: Final = 1 / 3_600
ROUNDED_TO: Final = 6
"""Digits: three times 0.1 is more than 0.3 otherwise."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A setting that must be at least another one, or so many times as much; `harm`: what happens when it is less."""

    name: str
    other: str
    harm: str
    times: float = 1
    in_words: str = "{other}"


PAIRS: Final = (
    Pair(
        "lease_seconds",
        "renew_seconds",
        "one renewal that is late would take a turn from its worker, and its call would be paid twice",
        times=3,
        in_words="three times {other}",
    ),
    Pair(
        "sweeper_patience_seconds",
        "renew_seconds",
        "after an outage turns would be taken from workers that have not had the time to renew their leases",
    ),
    Pair(
        "suspect_patience_seconds",
        "probe_timeout_seconds",
        "turns would fail while the probe that would save them still runs",
    ),
    Pair("recheck_longest_seconds", "recheck_first_seconds", "the first pause would be longer than the longest"),
    Pair(
        "notice_longest_retry_seconds",
        "notice_first_retry_seconds",
        "the first pause would be longer than the longest",
    ),
    Pair(
        "notice_give_up_seconds",
        "notice_first_retry_seconds",
        "a notice would be given up before it was tried a second time",
    ),
    Pair(
        "idempotency_hours",
        "async_deadline_seconds",
        "a key would be forgotten while its turn still waits, and the same request would make a second turn",
        times=HOURS_A_SECOND,
        in_words="as long as {other}",
    ),
    Pair("waiting_limit_all", "waiting_limit", "one workspace alone could shut out all others"),
    Pair("upload_limit_bytes", "document_limit_bytes", "no file of the largest size could be uploaded"),
)


def harms(values: Mapping[str, Any], *, wrong: Collection[str], prefix: str) -> Iterator[str]:
    """Yield a sentence for each pair that does harm, with both names; a pair with a name in `wrong` is passed over."""
    for pair in PAIRS:
        value, other = values[pair.name], values[pair.other]
        is_known = pair.name not in wrong and pair.other not in wrong
        if is_known and value < round(other * pair.times, ROUNDED_TO):
            yield (
                f"{prefix}{pair.name.upper()} is {value:.15g} and must be at least "
                f"{pair.in_words.format(other=prefix + pair.other.upper())}, which is {other:.15g}: {pair.harm}. "
                "Change one of them."
            )
    port = values["gateway_port"]
    if port and port == values["gateway_health_port"]:
        yield (
            f"{prefix}GATEWAY_PORT and {prefix}GATEWAY_HEALTH_PORT are both {port}: health would be asked of any "
            "gateway that shares the port. Set one of them to another port."
        )
