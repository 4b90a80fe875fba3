"""The short form of `make fuzz`: made-up requests over both ports."""

from __future__ import annotations

from tests.security.fuzz_product import fuzz, told
from tests.security.operations import ADMIN, CHAT

EXAMPLES = 25


async def test_no_made_up_request_fails_inside_leaks_or_changes_what_it_may_not(
    database_url: str, redis_url: str
) -> None:
    walked = await fuzz(database_url, redis_url, EXAMPLES)

    print(told(walked))  # noqa: T201 - its figures are what it is for
    assert not walked.inner, walked.inner[:5]
    assert walked.operations == len(ADMIN) + len(CHAT)
    assert walked.cases > 1_000
