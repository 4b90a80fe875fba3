"""What the form of a bot says, and whether it may; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from services.dashboard.bot_rules import check_choice
from services.dashboard.errors import invalid
from services.dashboard.pages.bot_fields import READERS
from services.dashboard.pages.rate_form import read_rates
from services.dashboard.refusals import Refusals
from services.dashboard.signing_in.visit import Visit
from shared.domain.history_overflow import HistoryOverflow
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow

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
    """Return the bot that the form describes; an empty limit is none. Raises AdminError that names every wrong field.

    A choice that stays as it was `before` is not judged again: a bot keeps its name while its model is blocked.
    """
    refusals = Refusals()
    fields: dict[str, Any] = {name: refusals.read(reader, values[name]) for name, reader in READERS.items()}
    if before is None or (fields["model"], fields["key_id"]) != (before.model, before.key_id):
        refusals.read(check_bot_choice, visit, values["model"], fields["key_id"], keys)
    with refusals.noting():
        fields |= read_rates(values, RATE_WORDS, {} if before is None else asdict(before))
    refusals.raise_all(FIELDS)
    return BotForm(**fields)


def check_bot_choice(visit: Visit, model_id: str, key_id: UUID | None, keys: Sequence[KeyRow]) -> None:
    """Refuse a model or key that the bot may not have, each with its sentence; raises AdminError."""
    if not model_id:
        raise invalid("model", "Choose a model.")
    check_choice(model_id, key_id, plan=visit.plan, keys=keys, catalogue=visit.context.catalogue)
