"""Bots to talk to, made through the admin API, and the settings of the product that knows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.domain.catalogue import MINI
from shared.domain.plans import Plan
from shared.settings import Settings
from tests.product import Product, Workspace, running_product

KEY = "sk-sim-ok-" + "m" * 24
MODEL = "gpt-5-mini"
MOST_MESSAGES = 1_000_000
DOCUMENTS = {
    "Soil": "Roses like a loose and rich soil best. Clay holds too much water for them.",
    "Water": "Once a week is enough. Morning is the best time.",
    "Opening hours": "The nursery opens at nine and closes at six, on Sundays at four.",
    "Delivery": "Plants are delivered within three days, packed in straw.",
}
"""Of the bot on built-in Mini; one answers what `talk` asks."""


@dataclass(frozen=True, slots=True)
class MeasuredBot:
    """Where the bot lives, and the token to talk to it."""

    settings: Settings
    token: str


async def make_bot(database_url: str, redis_url: str) -> MeasuredBot:
    """Make a workspace with a provider key and a bot; what was needed for it has ended when this returns."""
    async with _new_workspace(database_url, redis_url) as (product, workspace):
        saved = await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot(MODEL, key_id=saved["id"])
        return MeasuredBot(product.settings, str(bot["token"]))


async def make_mini_bot(database_url: str, redis_url: str) -> MeasuredBot:
    """Do the same with a bot that built-in Mini answers for, from documents."""
    async with _new_workspace(database_url, redis_url) as (product, workspace):
        bot = await workspace.add_bot(MINI)
        for title, text in DOCUMENTS.items():
            document = {"bot_id": bot["id"], "title": title, "text": text}
            status, answer = await workspace.admin("POST", "/api/documents", document)
            assert status == 201, answer
        return MeasuredBot(product.settings, str(bot["token"]))


@asynccontextmanager
async def _new_workspace(database_url: str, redis_url: str) -> AsyncIterator[tuple[Product, Workspace]]:
    idle = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
    async with running_product(database_url, redis_url, without=idle) as product:
        yield product, await product.make_workspace(Plan.SCALE, message_limit=MOST_MESSAGES)
