"""A file is read once more where that can help; where it cannot, a sentence says what to do instead."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.domain.documents import ReadingFault
from shared.store.documents.claim import claim_upload, fail_upload
from tests.integration.ingest.uploading import documents, upload
from tests.product import Product, Workspace, running_product
from tests.visitor import Visitor

NO_READER = frozenset({"ingest", "worker", "ledger", "notices", "validator"})
REASON = "The file is like that; do this instead."


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the dashboard; nobody reads what is uploaded."""
    async with running_product(database_url, redis_url, without=NO_READER) as running:
        yield running


async def failed_document(workspace: Workspace, fault: ReadingFault) -> tuple[str, str]:
    """Let a file fail with this fault; return the ids of its bot and its document."""
    bot = await workspace.add_bot("mevichat:mini")
    _, document = await upload(workspace, bot["id"], {"a.txt": b"words"})
    claimed = await claim_upload(workspace.product.database, lease_seconds=60)
    assert claimed is not None
    assert await fail_upload(workspace.product.database, claimed, fault, REASON)
    return bot["id"], document["id"]


@pytest.mark.parametrize("fault", ReadingFault)
async def test_the_fault_decides_whether_the_same_file_is_read_again(product: Product, fault: ReadingFault) -> None:
    workspace = await product.make_workspace()
    _, document_id = await failed_document(workspace, fault)

    status, answer = await workspace.admin("POST", f"/api/documents/{document_id}/retry")

    (shown,) = await documents(workspace)
    _, audit = await workspace.admin("GET", "/api/audit?action=document.retry")
    if fault in (ReadingFault.TOO_HEAVY, ReadingFault.BOT_FULL, ReadingFault.GAVE_UP):
        assert (status, shown["status"], len(audit["data"])) == (202, "waiting", 1)
    else:
        error = answer["error"]
        assert (status, error["code"], shown["status"], audit["data"]) == (409, "document_not_retryable", "failed", [])
        assert error["message"] == f"Trying again would not help. {REASON}"


@pytest.mark.parametrize(("fault", "status"), [(ReadingFault.ENCRYPTED, 409), (ReadingFault.GAVE_UP, 303)])
async def test_the_page_offers_it_where_it_helps_and_refuses_it_else(
    product: Product, fault: ReadingFault, status: int
) -> None:
    workspace = await product.make_workspace()
    bot_id, document_id = await failed_document(workspace, fault)
    visitor, page = await Visitor.of_workspace(workspace), f"/bots/{bot_id}/documents"

    shown = await visitor.get(page)
    answer = await visitor.post(f"{page}/{document_id}/retry")

    assert ("/retry" in shown.text, answer.status) == (status == 303, status)
    assert (f"Trying again would not help. {REASON}" in answer.text) == (status == 409)
