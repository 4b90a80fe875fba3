"""Every operation of both ports, tried with another workspace's ids and with every credential that is not its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from yarl import URL

from shared.domain.roles import Role
from tests.integration.dashboard.walk import make_things, rows_of
from tests.product import Product, Workspace, running_product
from tests.security.operations import ADMIN, CHAT, Row, operations_of, with_id
from tests.visitor import COOKIE, Visitor


@dataclass(frozen=True, slots=True)
class Port:
    """One of the two ports: its address, its table, and the credential that opens it."""

    url: str
    rows: dict[str, Row]
    token: str


async def ask(product: Product, port: Port, operation: str, row: Row, one: str, **headers: str) -> tuple[int, str]:
    """Ask an operation about a thing; return status and body without what differs from answer to answer."""
    method, path = operation.split()
    url = port.url + with_id(path + row.query, one)
    async with product.http.request(method, url, json=with_id(row.body, one), headers=headers) as answer:
        body = await answer.json()
        body.get("error", {}).pop("request_id", None)
        return answer.status, str(body).replace(one, "ID")


async def documents(product: Product, port: Port) -> dict[str, Any]:
    async with product.http.get(port.url + "/openapi.json") as answer:
        document: dict[str, Any] = await answer.json()
        return document


async def ports_of(product: Product, workspace: Workspace) -> tuple[Port, Port]:
    bot = await workspace.add_bot("mevichat:mini")
    chat = Port(product.chat_url.removesuffix("/v1"), CHAT, bot["token"])
    return chat, Port(product.admin_url, ADMIN, workspace.admin_token)


async def things_of(workspace: Workspace) -> dict[str, str]:
    things = await make_things(workspace)
    await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": "https://hooks.example.com/"})
    _, notice = await workspace.admin("POST", "/api/notices/test")
    _, bot = await workspace.admin("POST", "/api/bots", {"name": "B", "model": "mevichat:mini"})
    await workspace.ask(bot["token"], "Hello", conversation="their-conversation")
    return things | {"notice": notice["id"], "conversation": "their-conversation"}


async def test_every_operation_stands_in_the_table_and_answers_anothers_id_like_no_id(
    database_url: str, redis_url: str
) -> None:
    tried = 0
    async with running_product(database_url, redis_url) as product:
        ours, theirs = await product.make_workspace(), await product.make_workspace()
        things, ports = await things_of(theirs), await ports_of(product, ours)
        for port in ports:
            assert sorted(operations_of(await documents(product, port))) == sorted(port.rows)
            own = {"Authorization": f"Bearer {port.token}"}
            for operation, first in port.rows.items():
                for row in (first, *first.more):
                    if row.kind is None:
                        continue
                    before = await rows_of(product.database, "provider_keys", "bots", "tokens", "documents", "turns")
                    foreign = await ask(product, port, operation, row, things[row.kind], **own)
                    nobodys = await ask(product, port, operation, row, str(uuid4()), **own)
                    assert foreign == nobodys, operation
                    assert foreign[0] in (404, 422) or "'data': []" in foreign[1], (operation, foreign)
                    after = await rows_of(product.database, "provider_keys", "bots", "tokens", "documents", "turns")
                    assert before == after, operation
                    tried += 1
    assert tried == 32


async def test_no_credential_but_its_own_opens_an_operation(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url) as product:
        workspace = await product.make_workspace()
        ports = await ports_of(product, workspace)
        visitors = [await Visitor.of_workspace(workspace, role) for role in Role if role is not Role.OPERATOR]
        visitors.append(await Visitor.operator(product))
        before = await rows_of(product.database)
        for port, other in (ports, ports[::-1]):
            wrong = [{"Cookie": f"{COOKIE}={visitor.cookie}"} for visitor in visitors]
            wrong += [{}, *elsewhere(port.token), {"Authorization": f"Bearer {other.token}"}]
            for operation, row in port.rows.items():
                for headers in wrong:
                    status, _ = await ask(product, port, operation, row, str(uuid4()), **headers)
                    assert status == 401, (operation, list(headers))
                for name in ("api_key", "token", "access_token", "authorization"):
                    tail = f"{row.query}{'&' if row.query else '?'}{name}={port.token}"
                    asked = Row(row.kind, tail, row.body)
                    assert (await ask(product, port, operation, asked, str(uuid4())))[0] == 401, (operation, name)
        assert await rows_of(product.database) == before


def elsewhere(token: str) -> list[dict[str, str]]:
    """Return the token in every place where other products look for one."""
    names = ("x-api-key", "api-key", "token", "proxy-authorization", "x-auth-token", "x-forwarded-authorization")
    places = [{name: token} for name in names] + [{"x-api-key": f"Bearer {token}"}]
    schemes = [{"Authorization": f"{scheme} {token}"} for scheme in ("Basic", "Token", "", "Bearer Bearer")]
    return [*places, *schemes, {"Authorization": token}, {"Cookie": f"token={token}"}, {"Cookie": f"{COOKIE}={token}"}]


async def test_the_same_idempotency_key_at_another_bot_is_another_turn(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url) as product:
        bots = [await (await product.make_workspace()).add_bot("mevichat:mini") for _ in range(2)]
        url, turns = product.chat_url + "/chat/completions", []
        for bot in (*bots, *bots):
            headers = {"Authorization": f"Bearer {bot['token']}", "Idempotency-Key": "the-same"}
            body = {"messages": [{"role": "user", "content": "Hello"}]}
            async with product.http.post(url, json=body, headers=headers) as answer:
                turns.append((await answer.json())["mevichat"]["turn_id"])
        assert turns[:2] == turns[2:]
        assert turns[0] != turns[1]


async def test_a_replay_belongs_to_one_bot_of_one_workspace_whole_streamed_and_asked_for_later(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        ours, theirs = await product.make_workspace(), await product.make_workspace()
        bots = [await each.add_bot("mevichat:mini") for each in (ours, ours, theirs)]
        for fields, more in (({}, {}), ({"stream": True}, {}), ({}, {"Prefer": "respond-async"})):
            seen = []
            for bot in (*bots, *bots):
                headers = {"Authorization": f"Bearer {bot['token']}", "Idempotency-Key": f"same {fields}{more}", **more}
                body = {"messages": [{"role": "user", "content": "Hello"}], **fields}
                url = product.chat_url + "/chat/completions"
                async with product.http.post(url, json=body, headers=headers) as answer:
                    seen.append(TURN_ID.findall(await answer.text())[0])
            assert seen[:3] == seen[3:], fields
            assert len(set(seen)) == 3, fields


TURN_ID = re.compile(r'"turn_id":"([0-9a-f-]{36})"')


async def test_the_schemes_name_may_be_written_in_any_case_and_decides_the_same(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url) as product:
        for port in await ports_of(product, await product.make_workspace()):
            path = "/v1/models" if port.rows is CHAT else "/api/bots"
            for scheme, status in (
                ("Bearer", 200),
                ("bearer", 200),
                ("BEARER", 200),
                ("Bearer\u00a0", 401),
                ("Bear", 401),
            ):
                headers = {"Authorization": f"{scheme} {port.token}"}
                async with product.http.get(port.url + path, headers=headers) as answer:
                    assert answer.status == status, (path, scheme)


async def test_numbers_and_names_that_postgresql_cannot_hold_are_refused_at_the_door(
    database_url: str, redis_url: str
) -> None:
    odd = ("%C2%B2", "9" * 30, "9" * 5_000, "-1", "%00")
    async with running_product(database_url, redis_url) as product:
        chat, admin = await ports_of(product, await product.make_workspace())
        asked = [(chat, f"/v1/conversations/x?after={value}") for value in odd]
        asked += [(admin, f"{path}?{name}={value}") for value in odd for path, name in CURSORS]
        asked += [(chat, "/v1/conversations/%00"), (chat, "/v1/turns/%00")]
        for port, path in asked:
            headers = {"Authorization": f"Bearer {port.token}"}
            async with product.http.get(URL(port.url + path, encoded=True), headers=headers) as answer:
                assert answer.status in (404, 422), (path[:60], answer.status)


CURSORS = [("/api/keys", "limit"), ("/api/bots", "after"), ("/api/audit", "after"), ("/api/notices", "limit")]
