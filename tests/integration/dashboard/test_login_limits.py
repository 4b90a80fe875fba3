"""Guessing at the login page: what it answers, and for how long it listens."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from shared.domain.roles import Role
from tests.product import Product
from tests.visitor import PASSWORD, Visitor, new_member


async def test_an_unknown_account_and_a_wrong_password_get_the_same_answer_by_the_same_steps(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, checked = await new_member(product, Role.OPERATOR), []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(kept.rpartition("$")[0].rpartition("$")[0])  # its parameters, without salt and hash
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    visitor, answers = Visitor(product), []
    for address in (email, "nobody@example.com"):
        answer = await visitor.send("POST", "/login", {"email": address, "password": "wrong"})
        answers.append((answer.status, answer.text.replace(address, ""), "Set-Cookie" in answer.headers))

    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][2]) == (401, False)
    assert len(checked) == 2
    assert checked[0] == checked[1]


async def test_five_failures_close_an_account_and_another_one_stays_open(product: Product) -> None:
    email, other = await new_member(product, Role.OPERATOR), await new_member(product, Role.OPERATOR)
    visitor = Visitor(product)
    wrong, right = {"email": email, "password": "wrong"}, {"email": email, "password": PASSWORD}

    statuses = [(await visitor.send("POST", "/login", wrong)).status for _ in range(6)]
    refused = await visitor.send("POST", "/login", right)

    assert statuses == [401] * 5 + [429]
    assert refused.status == 429
    assert "Wait 15 minutes" in refused.text
    await visitor.sign_in(email=other, password=PASSWORD)
    await product.database.call(text("UPDATE login_failures SET window_start = window_start - interval '16 minutes'"))
    await visitor.sign_in(**right)


async def test_attempts_at_once_get_no_further_than_one_after_another(product: Product) -> None:
    email = await new_member(product, Role.OPERATOR)
    visitor = Visitor(product)
    wrong = {"email": email, "password": "wrong"}

    answers = await asyncio.gather(*(visitor.send("POST", "/login", wrong) for _ in range(25)))

    assert {answer.status for answer in answers} <= {401, 429}
    assert sum(answer.status == 401 for answer in answers) <= 5


async def test_tokens_cannot_be_guessed_for_long_from_one_address(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = Visitor(product)

    statuses = [(await visitor.send("POST", "/login", {"token": f"mva_{n}"})).status for n in range(31)]
    refused = await visitor.send("POST", "/login", {"token": workspace.admin_token})

    assert statuses == [401] * 30 + [429]
    assert (refused.status, "Set-Cookie" in refused.headers) == (429, False)


async def test_people_who_sign_in_rightly_are_never_counted(product: Product) -> None:
    email = await new_member(product, Role.OPERATOR)

    for _ in range(7):
        await Visitor(product).sign_in(email=email, password=PASSWORD)

    (row,) = await product.database.call(text("SELECT coalesce(sum(failures), 0) AS failures FROM login_failures"))
    assert row.failures == 0


async def test_a_bots_token_and_an_empty_form_open_nothing(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    empty: list[dict[str, str]] = [{"token": ""}, {}, {"email": "", "password": ""}]
    for fields, status in (({"token": bot["token"]}, 401), *((fields, 422) for fields in empty)):
        answer = await Visitor(product).send("POST", "/login", fields)
        assert (answer.status, "Set-Cookie" in answer.headers) == (status, False), fields
