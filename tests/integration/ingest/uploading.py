"""Uploads files through the admin API and waits for what becomes of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import aiohttp

from tests.product import Workspace
from tests.servers import until


async def upload(
    workspace: Workspace, bot_id: str, files: dict[str, bytes], **fields: str
) -> tuple[int, dict[str, Any]]:
    """Send the files for a bot in one form; return status and JSON."""
    return await send(workspace, "POST", "/api/documents", files, bot_id=bot_id, **fields)


async def send(
    workspace: Workspace, method: str, path: str, files: dict[str, bytes], **fields: str
) -> tuple[int, dict[str, Any]]:
    """Send a form with files; return status and JSON."""
    form = aiohttp.FormData(fields, default_to_multipart=True)
    for name, content in files.items():
        form.add_field("file", BytesIO(content), filename=name)
    headers = {"Authorization": f"Bearer {workspace.admin_token}"}
    url = workspace.product.admin_url + path
    async with workspace.product.http.request(method, url, data=form, headers=headers) as answer:
        return answer.status, await answer.json()


async def until_read(workspace: Workspace, *, seconds: float = 30) -> dict[str, dict[str, Any]]:
    """Wait until every document of the workspace is ready or has failed; return them by title."""

    async def is_read() -> bool:
        return all(one["status"] in ("ready", "failed") for one in await documents(workspace))

    await until(is_read, seconds=seconds)
    return {one["title"]: one for one in await documents(workspace)}


async def documents(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the workspace's documents."""
    _, found = await workspace.admin("GET", "/api/documents?limit=200")
    data: list[dict[str, Any]] = found["data"]
    return data
