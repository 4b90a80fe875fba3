"""A bot's documents and tokens, by its pages."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.product import Product, Workspace, running_product
from tests.servers import until
from tests.visitor import Answer, Visitor

TOKEN = re.compile(r"mvb_[\w-]{43}")
PART = "--mark\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n"
MAKE_DOCUMENTS = text(
    "INSERT INTO documents (id, workspace_id, bot_id, title) SELECT gen_random_uuid(), :workspace_id, :bot_id, "
    "'Document ' || number FROM generate_series(1, 120) AS number",
)


async def send_file(visitor: Visitor, bot_id: str, name: str, data: bytes, **fields: str) -> Answer:
    """Send the form of a new document with a file, as a browser does."""
    texts = {"csrf": visitor.csrf, "title": "", "text": ""} | fields
    head = "".join(PART.format(name=key, value=value) for key, value in texts.items())
    file = f'--mark\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    visitor.headers = {"Content-Type": "multipart/form-data; boundary=mark"}
    body = (head + file).encode() + data + b"\r\n--mark--\r\n"
    answer = await visitor.send("POST", f"/bots/{bot_id}/documents/new", body)
    visitor.headers = {}
    return answer


async def titles(workspace: Workspace) -> list[str]:
    """Return the titles of the workspace's documents."""
    return [document["title"] for document in (await workspace.admin("GET", "/api/documents"))[1]["data"]]


async def are_ready(workspace: Workspace) -> bool:
    """Tell whether every document of the workspace is read."""
    _, found = await workspace.admin("GET", "/api/documents")
    return all(document["status"] == "ready" for document in found["data"])


async def test_a_document_comes_as_text_or_as_a_file_and_goes(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)
    path = f"/bots/{bot['id']}/documents"

    pasted = await visitor.post(f"{path}/new", title="Hours", text="We open at nine.")
    file = await send_file(visitor, bot["id"], "returns.md", "\ufeffReturns cost nothing: café.".encode())
    await until(lambda: are_ready(workspace))
    _, reply = await workspace.ask(bot["token"], "What do returns cost?")
    page = (await visitor.get(path)).text
    (deletion,) = re.findall(rf'href="({path}/[0-9a-f-]+/delete)"[^>]+aria-label="Delete Hours"', page)
    asked = await visitor.get(deletion)
    deleted = await visitor.post(deletion)

    assert pasted.leads_to == f"{path}?done=document-added"
    assert file.leads_to == f"{path}?done=files-uploaded"
    assert "Returns cost nothing: café. (Source: returns)" in reply["choices"][0]["message"]["content"]
    assert "Delete Hours?" in asked.text
    assert deleted.leads_to == f"{path}?done=document-deleted"
    assert await titles(workspace) == ["returns"]
    assert (await visitor.post(deletion)).status == 404


@pytest.mark.parametrize(
    ("name", "data", "fields", "param", "sentence"),
    [
        ("a.txt", b"words", {"text": "words too"}, "file", "Paste a text or choose files, not both."),
        ("a" * 256 + ".txt", b"words", {}, "file", "The file's name is longer than 255 characters; rename it."),
        ("a.txt", b"words", {"title": "x" * 201}, "title", "Give the document a title of 1 to 200 characters."),
    ],
)
async def test_a_file_that_cannot_be_kept_is_refused_in_words(
    product: Product, name: str, data: bytes, fields: dict[str, str], param: str, sentence: str
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    answer = await send_file(visitor, bot["id"], name, data, **{"title": "Kept"} | fields)

    assert answer.status == 422
    assert f'id="{param}-problem">{sentence}' in unescape(answer.text)
    assert f'value="{fields.get("title", "Kept")}"' in answer.text
    assert await titles(workspace) == []


async def test_a_file_larger_than_it_may_be_is_refused(database_url: str, redis_url: str) -> None:
    async with running_product(database_url, redis_url, document_limit_bytes=2_000_000) as product:
        await refuse_a_large_file(product)


async def refuse_a_large_file(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    answer = await send_file(visitor, bot["id"], "a.txt", b"x" * 2_000_001)

    assert answer.status == 413
    assert "a.txt is larger than 2,000,000 bytes; split it" in answer.text
    assert await titles(workspace) == []


async def test_many_documents_are_paged_each_once(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    where = {"workspace_id": UUID(workspace.workspace_id), "bot_id": UUID(bot["id"])}
    await product.database.call(MAKE_DOCUMENTS, **where)
    visitor = await Visitor.of_workspace(workspace)

    path: str | None = f"/bots/{bot['id']}/documents"
    seen: list[str] = []
    while path:
        page = (await visitor.get(path)).text
        seen += re.findall(r'<th scope="row">([^<]+)</th>', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1] if following else None

    assert sorted(seen) == sorted(f"Document {number}" for number in range(1, 121))


async def test_another_bots_document_or_token_is_none_of_this_bots(product: Product) -> None:
    workspace = await product.make_workspace()
    bot, other = await workspace.add_bot("mevichat:mini"), await workspace.add_bot("mevichat:mini")
    body = {"bot_id": other["id"], "title": "Hours", "text": "We open at nine."}
    _, document = await workspace.admin("POST", "/api/documents", body)
    tokens = (await workspace.admin("GET", "/api/tokens"))[1]["data"]
    token = next(token for token in tokens if token["bot_id"] == other["id"])
    visitor = await Visitor.of_workspace(workspace)

    for path in (f"documents/{document['id']}/delete", f"tokens/{token['id']}/rotate", f"tokens/{token['id']}/revoke"):
        assert (await visitor.get(f"/bots/{bot['id']}/{path}")).status == 404
        assert (await visitor.post(f"/bots/{bot['id']}/{path}")).status == 404
    assert await titles(workspace) == ["Hours"]
    assert (await workspace.ask(other["token"], "Hello"))[0] == 200


async def test_a_token_is_shown_once_rotated_and_revoked(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)
    path = f"/bots/{bot['id']}/tokens"

    made = await visitor.post(f"{path}/new", name="Web <site>")
    (token,) = TOKEN.findall(made.text)
    listed = (await visitor.get(path)).text
    rotation = re.findall(rf'href="({path}/[0-9a-f-]+/rotate)"', listed)[-1]
    rotated = await visitor.post(rotation)
    (replacement,) = TOKEN.findall(rotated.text)
    statuses = [(await workspace.ask(each, "Hello"))[0] for each in (token, replacement)]
    revocation = re.findall(rf'href="({path}/[0-9a-f-]+/revoke)"', (await visitor.get(path)).text)[-1]
    revoked = await visitor.post(revocation)

    assert (made.status, made.headers["Cache-Control"]) == (200, "no-store")
    assert TOKEN.findall(listed) == []
    assert f"…{token[-4:]}" in listed
    assert "Web &lt;site&gt;" in listed
    assert statuses == [401, 200]
    assert revoked.leads_to == f"{path}?done=token-revoked"
    assert (await workspace.ask(replacement, "Hello"))[0] == 401
    assert (await visitor.post(revocation)).status == 404


async def test_a_token_without_a_name_is_refused_under_its_field(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    visitor = await Visitor.of_workspace(workspace)

    answer = await visitor.post(f"/bots/{bot['id']}/tokens/new", name=" ")

    assert answer.status == 422
    assert 'id="name-problem">Give the token a name of 1 to 200 characters.' in answer.text
    assert len((await workspace.admin("GET", "/api/tokens"))[1]["data"]) == 2
