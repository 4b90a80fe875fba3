"""Sessions: how they begin, what they are known by, and how they end."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from sqlalchemy import text

from shared.domain.roles import Role
from shared.ids import new_token_text
from tests.product import Product
from tests.visitor import COOKIE, Visitor


async def is_in(visitor: Visitor) -> bool:
    """Tell whether the visitor's cookie still opens the first page."""
    answer = await visitor.get("/")
    assert answer.status == 200 or answer.leads_to == "/login?next=/"
    return answer.status == 200


async def test_the_cookie_is_bound_to_this_host_and_kept_from_scripts_and_from_plain_http(product: Product) -> None:
    workspace = await product.make_workspace()
    answer = await Visitor(product).sign_in(token=workspace.admin_token)
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()

    assert cookie.key == "__Host-mevichat"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "lax")
    assert (cookie["path"], cookie["domain"], cookie["max-age"]) == ("/", "", str(12 * 3600))
    rows = await product.database.call(text("SELECT cookie_hash FROM sessions"))
    assert cookie.value.encode() not in bytes(rows[0].cookie_hash)


async def test_a_planted_cookie_is_never_adopted_and_every_login_makes_a_new_one(product: Product) -> None:
    workspace = await product.make_workspace()
    planted = new_token_text("")
    victim, attacker = Visitor(product, cookie=planted), Visitor(product, cookie=planted)

    await victim.sign_in(token=workspace.admin_token)
    first = victim.cookie
    await victim.sign_in(token=workspace.admin_token)

    assert len({planted, first, victim.cookie}) == 3
    assert not await is_in(attacker)
    assert not await is_in(Visitor(product, cookie=first)), "the earlier session of the same browser must have ended"
    assert await is_in(victim)


async def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    thief = Visitor(product, cookie=visitor.cookie)

    answer = await visitor.post("/logout")

    assert (answer.status, answer.leads_to, visitor.cookie) == (303, "/login", None)
    assert not await is_in(thief)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members SET removed_at = now()",
        "UPDATE sessions SET ended_at = now()",
        "UPDATE sessions SET last_seen_at = now() - interval '2 hours 1 second'",
        "UPDATE sessions SET created_at = now() - interval '12 hours 1 second', last_seen_at = now()",
    ],
)
async def test_a_session_is_dead_on_the_next_request_once_its_member_is_gone_or_its_time_is_over(
    product: Product, statement: str
) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace(), Role.VIEWER)
    assert await is_in(visitor)

    await product.database.call(text(statement))

    assert not await is_in(visitor)


async def test_a_revoked_token_ends_the_sessions_that_it_opened(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)
    _, tokens = await workspace.admin("GET", "/api/tokens")
    (token,) = (each for each in tokens["data"] if each["kind"] == "admin")

    await workspace.admin("DELETE", f"/api/tokens/{token['id']}")

    assert not await is_in(visitor)


async def test_a_visit_keeps_an_idle_session_alive_but_not_beyond_its_whole_life(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    await product.database.call(
        text(
            "UPDATE sessions SET created_at = now() - interval '3 hours', last_seen_at = now() - interval '119 minutes'"
        )
    )

    assert await is_in(visitor)

    (row,) = await product.database.call(
        text("SELECT now() - last_seen_at < interval '1 minute' AS is_seen FROM sessions")
    )
    assert row.is_seen


async def test_a_role_that_changes_holds_from_the_next_request_on(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace(), Role.ADMIN)
    assert (await visitor.get("/keys/new")).status == 200

    await product.database.call(text("UPDATE members SET role = 'viewer'"))

    assert (await visitor.get("/keys/new")).status == 403


async def test_old_sessions_are_forgotten_when_somebody_signs_in(product: Product) -> None:
    workspace = await product.make_workspace()
    await Visitor.of_workspace(workspace)
    await product.database.call(text("UPDATE sessions SET created_at = now() - interval '13 hours'"))

    await Visitor.of_workspace(workspace)

    (row,) = await product.database.call(text("SELECT count(*) AS sessions FROM sessions"))
    assert row.sessions == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_login_form_of_another_origin_opens_no_session(product: Product, headers: dict[str, str]) -> None:
    workspace = await product.make_workspace()
    visitor = Visitor(product, headers=headers)

    answer = await visitor.send("POST", "/login", {"token": workspace.admin_token})

    assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)
    rows = await product.database.call(text("SELECT 1 FROM sessions"))
    assert not rows


async def test_after_login_nobody_is_led_to_another_host(product: Product) -> None:
    workspace = await product.make_workspace()
    elsewhere = ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil.example"]
    elsewhere += [
        "javascript:alert(1)",
        "evil.example",
        "",
        " //evil.example",
        "/login",
        "/logout",
        "/login?next=/keys",
    ]

    for target in elsewhere:
        answer = await Visitor(product).sign_in(token=workspace.admin_token, next=target)
        assert answer.leads_to == "/", target
    answer = await Visitor(product).sign_in(token=workspace.admin_token, next="/keys?done=key-added")
    assert answer.leads_to == "/keys?done=key-added"


async def test_an_expired_session_leads_back_to_the_page_it_was_on_also_from_a_form(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)
    await product.database.call(text("UPDATE sessions SET ended_at = now()"))

    from_page = await visitor.get("/keys?done=key-added")
    visitor.headers = {"Referer": f"{product.admin_url}/keys/new"}
    from_form = await visitor.post("/keys/new", provider="openai")
    visitor.headers = {}

    assert from_page.leads_to == "/login?next=/keys%3Fdone%3Dkey-added"
    assert from_form.leads_to == "/login?next=/keys/new"
    page = await visitor.get(from_page.leads_to)
    assert 'name="next" value="/keys?done=key-added"' in page.text
    assert (await visitor.sign_in(token=workspace.admin_token, next="/keys/new")).leads_to == "/keys/new"


async def test_no_answer_names_the_host_that_a_request_claims(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())
    visitor.headers = {"Host": "evil.example"}

    for path in ("/", "/keys", "/keys/", "/login", "/nowhere", "/static/nowhere", "/static", "/openapi.json"):
        answer = await visitor.get(path)
        assert "evil.example" not in answer.text + answer.leads_to, path
    posted = await visitor.post("/keys/new", provider="openai", key="sk-x")
    assert "evil.example" not in posted.text + posted.leads_to


async def test_signing_out_by_another_sites_form_or_without_the_token_ends_nothing(product: Product) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())

    without_token = await visitor.send("POST", "/logout", {})
    visitor.headers = {"Origin": "https://evil.example"}
    foreign = await visitor.post("/logout")
    visitor.headers = {}

    assert (without_token.status, foreign.status) == (403, 403)
    assert await is_in(visitor)


async def test_a_cookie_of_the_right_name_and_of_any_value_is_no_session(product: Product) -> None:
    for value in ("", "x", "a" * 4000, "%00", '"quoted"', "ü"):
        visitor = Visitor(product, headers={"Cookie": f"{COOKIE}={value}"})
        assert (await visitor.get("/")).status == 303
