"""What `/api/bots` takes, and whether a bot may be like that; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.dashboard.body import CacheSeconds, HistoryTokens, LongText, MessageCount, ShortText
from services.dashboard.body_reading import Form, ReadBody
from services.dashboard.bot_rules import check_choice
from services.dashboard.errors import invalid
from services.dashboard.rate_rules import settle_bursts
from shared.domain.catalogue import Catalogue
from shared.domain.history_overflow import HistoryOverflow
from shared.domain.languages import AUTO, choose_language
from shared.domain.plans import Plan
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow
from shared.store.workspaces.differing import differing_of

NEVER_EMPTY = ("name", "model", "cache_seconds", "history_overflow", "language")


class NewBotForm(Form):
    """What `POST /api/bots` takes."""

    name: ShortText
    model: str
    system_prompt: LongText | None = None
    key_id: UUID | None = None
    rate_per_minute: MessageCount | None = None
    rate_burst: MessageCount | None = None
    user_rate_per_minute: MessageCount | None = None
    user_rate_burst: MessageCount | None = None
    cache_seconds: CacheSeconds = 0
    history_tokens: HistoryTokens | None = None
    history_overflow: HistoryOverflow = HistoryOverflow.DROP
    language: ShortText = AUTO


class BotChange(Form):
    """What `PATCH /api/bots/{id}` takes; what is absent stays, null clears."""

    name: ShortText | None = None
    model: str | None = None
    system_prompt: LongText | None = None
    key_id: UUID | None = None
    rate_per_minute: MessageCount | None = None
    rate_burst: MessageCount | None = None
    user_rate_per_minute: MessageCount | None = None
    user_rate_burst: MessageCount | None = None
    cache_seconds: CacheSeconds | None = None
    history_tokens: HistoryTokens | None = None
    history_overflow: HistoryOverflow | None = None
    language: ShortText | None = None


def fields_of_new_bot(
    body: ReadBody[NewBotForm], *, plan: Plan, keys: Sequence[KeyRow], catalogue: Catalogue
) -> dict[str, Any]:
    """Return the fields of the bot that is asked for; raises AdminError that names all that must be corrected."""
    fields, form = body.form.model_dump(), body.form
    with body.refusals.noting():
        check_choice(form.model, form.key_id, plan=plan, keys=keys, catalogue=catalogue)
    with body.refusals.noting():
        fields = settle_bursts(fields, {}, refused=body.refused)
    body.raise_all()
    return fields | {"language": choose_language(form.language).name}


def changes_of_bot(
    body: ReadBody[BotChange], bot: BotRow, *, plan: Plan, keys: Sequence[KeyRow], catalogue: Catalogue
) -> dict[str, Any]:
    """Return what the bot's fields become; raises AdminError that names all that must be corrected."""
    changes, refusals = body.form.model_dump(include=body.form.model_fields_set), body.refusals
    for name in NEVER_EMPTY:
        if name in changes and changes[name] is None:
            refusals.note(invalid(name, f"{name} cannot be empty; leave it out to keep it."))
    if {"model", "key_id"} & differing_of(bot, changes).keys():
        model_id = changes.get("model", bot.model) if body.knows("model") else None
        key_id = changes.get("key_id", bot.key_id) if body.knows("key_id") else None
        with refusals.noting():
            check_choice(model_id, key_id, plan=plan, keys=keys, catalogue=catalogue)
    with refusals.noting():
        changes = settle_bursts(changes, asdict(bot), refused=body.refused)
    body.raise_all()
    return changes | ({"language": choose_language(changes["language"]).name} if "language" in changes else {})
