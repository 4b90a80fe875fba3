"""The pages of bots, by hand: list, make, change, switch, delete."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.domain.plans import Plan
from shared.domain.roles import Role
from shared.ids import new_id
from shared.store.workspaces.change import set_plan
from tests.actor import TESTER
from tests.integration.dashboard.bot_pages import statements
from tests.product import Product, Workspace, running_product
from tests.visitor import Visitor

KEY = "sk-sim-ok-" + "b" * 24
QUIET = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
TOKEN = re.compile(r"mvb_[\w-]{43}")
MAKE_BOTS = text(
    "INSERT INTO bots (id, workspace_id, name, model) SELECT gen_random_uuid(), :workspace_id, "
    "'Bot ' || lpad(number::text, 4, '0'), 'gpt-5-mini' FROM generate_series(1, :count) AS number",
)
USE_BOTS = text(
    "INSERT INTO usage_daily SELECT workspace_id, CAST(:day AS date) - before, id, model, 'openai', NULL, 2, 1, 0, "
    "0, 0, 0, 0, 0 FROM bots, generate_series(0, 39) AS before WHERE workspace_id = :workspace_id",
)
BOT_PATHS = ["", "/settings", "/delete", "/documents", "/documents/new", "/tokens", "/tokens/new"]


async def test_a_bot_is_made_changed_and_deleted_by_its_pages(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)

    made = await visitor.post("/bots/new", name="Helper", model="mevichat:mini", system_prompt="Be\r\nkind.", key_id="")
    (token,) = TOKEN.findall(made.text)
    (bot,) = (await workspace.admin("GET", "/api/bots"))[1]["data"]
    _, reply = await workspace.ask(token, "Hello")
    changed = await visitor.post(
        f"/bots/{bot['id']}/settings", name="Aide", model="mevichat:mini", system_prompt="", key_id=""
    )
    _, after = await workspace.admin("GET", f"/api/bots/{bot['id']}")
    deleted = await visitor.post(f"/bots/{bot['id']}/delete")

    assert (made.status, made.headers["Cache-Control"]) == (200, "no-store")
    assert (bot["name"], bot["system_prompt"]) == ("Helper", "Be\nkind.")
    assert reply["mevichat"]["status"] == "completed"
    assert (changed.status, changed.leads_to) == (303, f"/bots/{bot['id']}?done=bot-changed")
    assert (after["name"], after["system_prompt"]) == ("Aide", None)
    assert deleted.leads_to == "/bots?done=bot-deleted"
    assert (await workspace.ask(token, "Hello"))[0] == 401
    assert token not in (await visitor.get("/bots")).text


@pytest.mark.parametrize(
    ("field", "value", "status", "sentence"),
    [
        ("name", "  ", 422, "Give the bot a name of 1 to 200 characters."),
        ("model", "", 422, "Choose a model."),
        ("model", "gpt-1", 422, "model is not in the catalogue"),
        ("model", "gpt-5", 403, "The Pro plan does not include GPT-5; upgrade to Scale"),
        ("key_id", "nonsense", 422, "Choose one of the keys, or the default."),
        ("key_id", str(UUID(int=7)), 422, "key_id names no key of this workspace."),
    ],
)
async def test_a_refused_field_comes_back_with_its_sentence_and_the_others_kept(
    product: Product, field: str, value: str, status: int, sentence: str
) -> None:
    workspace = await product.make_workspace(Plan.PRO)
    visitor = await Visitor.of_workspace(workspace)
    fields = {"name": "Helper", "model": "gpt-5-mini", "key_id": "", "system_prompt": "Keep <me>"} | {field: value}

    answer = await visitor.post("/bots/new", **fields)

    assert answer.status == status
    assert f'id="{field}-problem">{sentence}' in answer.text
    assert f'aria-describedby="{field}-problem"' in answer.text
    assert "Keep &lt;me&gt;" in answer.text
    assert (await workspace.admin("GET", "/api/bots"))[1]["data"] == []


async def test_a_key_of_another_provider_is_refused_under_its_field(product: Product) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", KEY)
    visitor = await Visitor.of_workspace(workspace)

    answer = await visitor.post("/bots/new", name="Helper", model="claude-haiku-4-5", key_id=key["id"])

    assert answer.status == 422
    assert "The key (key_id) is one of OpenAI; Claude Haiku 4.5 needs one of Anthropic." in answer.text


async def test_a_bot_is_switched_to_its_own_key_and_back_to_mini_in_one_step(product: Product) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini", key_id=key["id"])
    visitor = await Visitor.of_workspace(workspace)

    await visitor.post(f"/bots/{bot['id']}/model", model="gpt-5")
    _, on_gpt = await workspace.admin("GET", f"/api/bots/{bot['id']}")
    switched = await visitor.post(f"/bots/{bot['id']}/model", model="mevichat:mini")
    _, on_mini = await workspace.admin("GET", f"/api/bots/{bot['id']}")

    assert switched.leads_to == f"/bots/{bot['id']}?done=bot-switched"
    assert (on_gpt["model"], on_gpt["key_id"]) == ("gpt-5", key["id"])
    assert (on_mini["model"], on_mini["key_id"]) == ("mevichat:mini", None)


async def test_after_a_downgrade_the_bot_says_why_it_is_blocked_and_keeps_its_name_changeable(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("gpt-5")
    await set_plan(
        product.database,
        workspace_id=UUID(workspace.workspace_id),
        plan=Plan.FREE,
        slots=4,
        message_limit=100,
        actor=TESTER,
    )
    visitor = await Visitor.of_workspace(workspace)

    shown = await visitor.get(f"/bots/{bot['id']}")
    listed = await visitor.get("/bots")
    renamed = await visitor.post(f"/bots/{bot['id']}/settings", name="New", model="gpt-5", key_id="", system_prompt="")
    switched = await visitor.post(f"/bots/{bot['id']}/model", model="gpt-5-mini")

    assert "GPT-5 is blocked on the Free plan: the bot answers again once it is switched to Mevichat Mini" in shown.text
    assert "Switch to Mevichat Mini" in shown.text
    assert "Blocked by the plan" in listed.text
    assert renamed.status == 303
    assert (switched.status, "The Free plan does not include GPT-5 mini" in switched.text) == (403, True)


async def test_the_models_say_what_the_plan_and_the_keys_allow_and_why_not(product: Product) -> None:
    workspace = await product.make_workspace(Plan.PRO)
    await workspace.add_key("openai", KEY)
    visitor = await Visitor.of_workspace(workspace)

    page = (await visitor.get("/bots/new")).text

    assert "There is no Anthropic key for it; add one." in page
    assert "The Pro plan does not include GPT-5; upgrade to Scale" in page
    assert re.search(r'value="gpt-5"\s+disabled', page)
    assert not re.search(r'value="gpt-5-mini"\s+disabled', page)


async def test_names_and_prompts_stay_text(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor = await Visitor.of_workspace(workspace)
    script = "<script>alert(1)</script>"
    await visitor.post("/bots/new", name=script, model="mevichat:mini", key_id="", system_prompt=f"</p>{script}")
    (bot,) = (await workspace.admin("GET", "/api/bots"))[1]["data"]
    await visitor.post(f"/bots/{bot['id']}/chat", message=script)

    for path in ("/bots", f"/bots?search={script}", *(f"/bots/{bot['id']}{path}" for path in BOT_PATHS)):
        page = await visitor.get(path)
        assert page.status == 200
        assert script not in page.text
        assert "&lt;script&gt;" in page.text


async def test_a_viewer_sees_bots_and_changes_nothing(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    viewer = await Visitor.of_workspace(workspace, Role.VIEWER)
    path = f"/bots/{bot['id']}"

    seen = [(await viewer.get(page)).status for page in ("/bots", path, f"{path}/documents", f"{path}/tokens")]
    closed = [(await viewer.get(f"{path}{page}")).status for page in ("/settings", "/delete", "/tokens/new")]
    posts = ["/settings", "/model", "/delete", "/chat", "/documents/new", "/tokens/new"]
    refused = [(await viewer.post(f"{path}{page}", name="X", model="gpt-5", message="Hi")).status for page in posts]

    assert (set(seen), set(closed), set(refused)) == ({200}, {403}, {403})
    assert 'method="post" action="/bots' not in (await viewer.get(path)).text
    assert (await workspace.admin("GET", f"/api{path}"))[1]["name"] == "Test"


async def test_another_workspaces_bot_is_no_bot_at_all(product: Product) -> None:
    mine, other = await product.make_workspace(), await product.make_workspace()
    bot = await other.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(mine)
    random_id = new_id()

    for path in BOT_PATHS:
        foreign, unknown = await visitor.get(f"/bots/{bot['id']}{path}"), await visitor.get(f"/bots/{random_id}{path}")
        assert (foreign.status, unknown.status) == (404, 404)
        assert foreign.text.replace(bot["id"], "") == unknown.text.replace(str(random_id), "")
    for path in ("/settings", "/model", "/delete", "/chat", "/documents/new", "/tokens/new"):
        assert (await visitor.post(f"/bots/{bot['id']}{path}", name="X", message="Hi", model="gpt-5")).status == 404
    assert (await other.admin("GET", f"/api/bots/{bot['id']}"))[0] == 200


async def test_a_list_of_2000_bots_is_paged_searched_and_read_in_four_statements(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=QUIET) as product:
        workspace = await product.make_workspace()
        await _make_2000_bots(product, workspace)
        visitor = await Visitor.of_workspace(workspace)

        with statements() as asked:
            first = await visitor.get("/bots")
        seen, path = _names(first.text), _next(first.text)
        while path:
            page = await visitor.get(path)
            seen, path = seen + _names(page.text), _next(page.text)
        found = await visitor.get("/bots?search=oT+199")

    assert len(asked) == 4
    assert seen == [f"Bot {number:04}" for number in range(1, 2001)]
    assert _names(found.text) == [f"Bot {number}" for number in range(1990, 2000)]
    assert first.text.count('class="number">60</td>') == 50
    assert first.text.count('class="number">30</td>') == 50


async def test_a_bots_page_asks_four_statements_and_five_with_a_conversation(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, without=QUIET) as product:
        workspace = await product.make_workspace()
        bot = await workspace.add_bot("mevichat:mini")
        visitor = await Visitor.of_workspace(workspace)

        with statements() as asked:
            await visitor.get(f"/bots/{bot['id']}")
        with statements() as asked_too:
            await visitor.get(f"/bots/{bot['id']}?conversation=dashboard-{new_id().hex}")

    assert (len(asked), len(asked_too)) == (4, 5)


async def _make_2000_bots(product: Product, workspace: Workspace) -> None:
    workspace_id = UUID(workspace.workspace_id)
    await product.database.call(MAKE_BOTS, workspace_id=workspace_id, count=2000)
    (row,) = await product.database.call(text("SELECT (now() AT TIME ZONE 'UTC')::date AS today"))
    await product.database.call(USE_BOTS, workspace_id=workspace_id, day=row.today)


def _names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/bots/[^"]+">([^<]+)</a>', page)


def _next(page: str) -> str | None:
    found = re.search(r'rel="next" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None
