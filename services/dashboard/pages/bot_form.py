"""What the form of a bot says, and whether it may; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.dashboard.bot_rules import check_choice
from services.dashboard.errors import AdminError, invalid
from services.dashboard.pages.of_bot import id_of
from services.dashboard.pages.whole_numbers import read_number
from services.dashboard.signing_in.visit import Visit
from shared.domain.answer_key import LONGEST_CACHE_SECONDS
from shared.domain.history_overflow import MOST_HISTORY_TOKENS, HistoryOverflow
from shared.domain.languages import AUTO, choose_language
from shared.domain.rates import MOST_MESSAGES
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow

LONGEST_NAME = 200
LONGEST_PROMPT = 100_000
RATE_WORDS = {
    "rate_per_minute": "Messages a minute",
    "rate_burst": "Messages at once",
    "user_rate_per_minute": "Messages a minute of one end user",
    "user_rate_burst": "Messages at once of one end user",
}
FIELDS = (
    "name",
    "model",
    "key_id",
    "system_prompt",
    "language",
    *RATE_WORDS,
    "cache_seconds",
    "history_tokens",
    "history_overflow",
)
EMPTY = dict.fromkeys(FIELDS, "") | {"history_overflow": HistoryOverflow.DROP.value}


@dataclass(frozen=True, slots=True)
class BotForm:
    """A bot as the form describes it."""

    name: str
    model: str
    key_id: UUID | None
    system_prompt: str | None
    language: str
    rate_per_minute: int | None
    rate_burst: int | None
    user_rate_per_minute: int | None
    user_rate_burst: int | None
    cache_seconds: int
    history_tokens: int | None
    history_overflow: HistoryOverflow

    @property
    def changes(self) -> dict[str, Any]:
        """Return the fields by name."""
        return {name: getattr(self, name) for name in FIELDS}


def values_of_form(visit: Visit) -> dict[str, str]:
    """Return the fields as they were posted, to show them again."""
    return {name: visit.form.get(name, "") for name in FIELDS}


def values_of_bot(bot: BotRow) -> dict[str, str]:
    """Return the fields as the bot has them."""
    values = {name: getattr(bot, name) for name in FIELDS}
    blank_zeros = {"cache_seconds": values["cache_seconds"] or None}
    return {name: "" if value is None else str(value) for name, value in (values | blank_zeros).items()}


def read_bot_form(
    visit: Visit, values: Mapping[str, str], keys: Sequence[KeyRow], before: BotRow | None = None
) -> BotForm:
    """Return the bot that the form describes; an empty limit is none. Raises AdminError that names the field and the fix.

    A choice that stays as it was `before` is not judged again: a bot keeps its name while its model is blocked.
    """
    rates = {
        name: read_number(name, values[name], words, least=1, most=MOST_MESSAGES) for name, words in RATE_WORDS.items()
    }
    cache_seconds = read_number(
        "cache_seconds", values["cache_seconds"], "Seconds that an answer is kept", least=0, most=LONGEST_CACHE_SECONDS
    )
    form = BotForm(
        name=values["name"].strip(),
        model=values["model"],
        key_id=_key_id(values["key_id"]),
        system_prompt=values["system_prompt"].replace("\r\n", "\n").strip() or None,
        language=choose_language(values["language"] or AUTO).name,
        cache_seconds=cache_seconds or 0,
        history_tokens=read_number(
            "history_tokens", values["history_tokens"], "Tokens of history", least=0, most=MOST_HISTORY_TOKENS
        ),
        history_overflow=_overflow(values["history_overflow"]),
        **rates,
    )
    if not 1 <= len(form.name) <= LONGEST_NAME:
        raise invalid("name", f"Give the bot a name of 1 to {LONGEST_NAME} characters.")
    if len(form.system_prompt or "") > LONGEST_PROMPT:
        raise invalid("system_prompt", f"The prompt is longer than {LONGEST_PROMPT:,} characters; shorten it.")
    if before is None or (form.model, form.key_id) != (before.model, before.key_id):
        check_bot_choice(visit, form.model, form.key_id, keys)
    return form


def check_bot_choice(visit: Visit, model_id: str, key_id: UUID | None, keys: Sequence[KeyRow]) -> None:
    """Refuse a model or key that the bot may not have, each with its sentence; raises AdminError."""
    if not model_id:
        raise invalid("model", "Choose a model.")
    check_choice(model_id, key_id, plan=visit.plan, keys=keys, catalogue=visit.context.catalogue)


def _overflow(text: str) -> HistoryOverflow:
    try:
        return HistoryOverflow(text or HistoryOverflow.DROP)
    except ValueError:
        raise invalid("history_overflow", "Choose what becomes of the oldest messages.") from None


def _key_id(text: str) -> UUID | None:
    if not text:
        return None
    key_id = id_of(text)
    if key_id is None:
        raise AdminError(422, "invalid_request", "Choose one of the keys, or the default.", "key_id")
    return key_id
