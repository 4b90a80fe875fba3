"""The page of one bot, and the conversation that was held on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from services.dashboard.errors import AdminError
from services.dashboard.pages.bot_views import USAGE_DAYS, bot_views, model_choices
from services.dashboard.pages.render import render
from services.dashboard.signing_in.visit import Visit
from shared.domain.sources import Source
from shared.domain.usage import Usage
from shared.ids import new_id
from shared.replies.reply_text import visible_text
from shared.replies.results import result_of_row
from shared.store.bots.rows import BotRow
from shared.store.keys.read import list_keys
from shared.store.turns.read import read_conversation
from shared.store.turns.rows import TurnRow

PREFIX = "dashboard-"
OWN_CONVERSATION = re.compile(rf"{PREFIX}[0-9a-f]{{32}}")
TURNS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Said:
    """A message and its reply as the test chat shows them; `reason` is for the bot's owner (S9)."""

    question: str
    answer: str
    reason: str | None
    facts: str


async def render_bot(visit: Visit, bot: BotRow, refusal: AdminError | None = None) -> Response:
    """Return the bot's page: at most four queries beside the bot's own."""
    keys = await list_keys(visit.context.database, visit.workspace_id)
    (view,) = await bot_views(visit, [bot], keys)
    conversation = conversation_of(visit.form.get("conversation") or visit.query("conversation"))
    return render(
        visit,
        "bot.html",
        status=refusal.status if refusal else 200,
        bot=bot,
        view=view,
        choices=[choice for choice in model_choices(visit, keys, bot.key_id) if choice.is_allowed],
        days=USAGE_DAYS,
        refusal=refusal,
        conversation=conversation or new_conversation(),
        said=await _said(visit, bot, conversation) if conversation else [],
        draft=visit.form.get("message", ""),
    )


def conversation_of(name: str) -> str | None:
    """Return the name when it is one that a test chat drew: it reads no end user's conversation."""
    return name if OWN_CONVERSATION.fullmatch(name) else None


def new_conversation() -> str:
    """Draw the name of a test chat."""
    return f"{PREFIX}{new_id().hex}"


def facts_of(model: str | None, usage: Usage, sources: Sequence[Source], *, is_cached: bool) -> str:
    """Return what a reply ran on, cost and was answered from, in a line."""
    tokens = f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out"
    named = "; ".join(f"{source.title}, passage {source.passage}" for source in sources)
    kept = "from the cache" if is_cached else ""
    return " · ".join(filter(None, (model or "no model", tokens, kept, named and f"sources: {named}")))


async def _said(visit: Visit, bot: BotRow, conversation: str) -> list[Said]:
    turns = await read_conversation(
        visit.context.database,
        bot_id=bot.bot_id,
        conversation=conversation,
        after_position=0,
        limit=TURNS_SHOWN,
    )
    return [_said_in(turn) for turn in turns]


def _said_in(turn: TurnRow) -> Said:
    facts = facts_of(turn.model, turn.usage, turn.sources, is_cached=turn.cache_hit)
    if not turn.status.is_ended:
        return Said(turn.question, "The reply is still on its way; open the page again in a moment.", None, turn.model)
    return Said(turn.question, visible_text(result_of_row(turn)), turn.error.reason if turn.error else None, facts)
