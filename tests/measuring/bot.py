"""A bot to talk to, made through the admin API, and the settings of the product that knows it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.plans import Plan
from shared.settings import Settings
from tests.product import running_product

KEY = "sk-sim-ok-" + "m" * 24
MODEL = "gpt-5-mini"
MOST_MESSAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class MeasuredBot:
    """Where the bot lives, and the token to talk to it."""

    settings: Settings
    token: str


async def make_bot(database_url: str, redis_url: str) -> MeasuredBot:
    """Make a workspace with a provider key and a bot; what was needed for it has ended when this returns."""
    idle = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
    async with running_product(database_url, redis_url, without=idle) as product:
        workspace = await product.make_workspace(Plan.SCALE, message_limit=MOST_MESSAGES)
        saved = await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot(MODEL, key_id=saved["id"])
        return MeasuredBot(product.settings, str(bot["token"]))
