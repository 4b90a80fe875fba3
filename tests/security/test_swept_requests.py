"""The short form of `make fuzz`: odd values once in every place of both APIs that takes one."""

from __future__ import annotations

from tests.product import running_product
from tests.security.fuzz.campaign import swept
from tests.security.fuzz.told import by_operation, told
from tests.security.operations import ADMIN, CHAT


async def test_no_odd_value_in_any_field_parameter_id_or_header_fails_inside_leaks_or_changes_a_row(
    database_url: str, redis_url: str
) -> None:
    async with running_product(
        database_url, redis_url, without=frozenset({"notices", "sweeper"}), body_limit_bytes=20_000
    ) as product:
        figures = await swept(product, is_short=True)

    print(told(figures))  # noqa: T201 - its figures are what it is for
    assert not figures.problems, figures.problems[:5]
    asked = {label.replace("{id:path}", "{id}") for label in by_operation(figures)}
    assert asked >= {each for each in ADMIN | CHAT if "{id}" in each or each.startswith("POST")} - WITHOUT_ANY
    assert figures.sent > 3_000
    assert figures.compared > 1_000


WITHOUT_ANY = {"POST /api/notices/test"}
"""It takes no id, parameter or field."""
