"""The bots that clients talk to: one that is well, one without a message left, one whose provider fails."""

from __future__ import annotations

from collections.abc import Mapping

from tests.product import Product

WELL = "sk-sim-ok-" + "w" * 24
FAILS = "sk-sim-ok-" + "f" * 24


async def environment_of_bots(product: Product) -> Mapping[str, str]:
    """Make the bots; return what a client's program finds in its environment."""
    well, poor, broken = [await product.make_workspace(message_limit=limit) for limit in (10_000, 0, 10_000)]
    await well.add_key("openai", WELL)
    await poor.add_key("openai", WELL)
    await broken.add_key("openai", FAILS)
    product.simulator.set_behaviour(FAILS, scenario="invalid_prompt")
    tokens = [str((await workspace.add_bot("gpt-5-mini"))["token"]) for workspace in (well, poor, broken)]
    return {"CHAT_URL": product.chat_url, **dict(zip(("BOT_TOKEN", "POOR_TOKEN", "BROKEN_TOKEN"), tokens, strict=True))}
