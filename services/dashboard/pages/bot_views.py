"""Bots and models as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.dashboard.bot_rules import why_plan_forbids
from services.dashboard.signing_in.visit import Visit
from shared.domain.catalogue import Model
from shared.keys.reach import key_for, why_unreachable
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow
from shared.store.usage.of_bots import NONE_YET, BotUsage, read_usage_of_bots

USAGE_DAYS = 30


@dataclass(frozen=True, slots=True)
class BotView:
    """A bot with its model and the key that it runs on.

    `problem` says why it cannot answer now, `is_forbidden` that its plan is the reason (S11), `warning` that its
    model ends soon.
    """

    row: BotRow
    model: Model | None
    key: KeyRow | None
    is_forbidden: bool
    problem: str | None
    warning: str | None
    usage: BotUsage

    @property
    def model_name(self) -> str:
        """Return the model's name, or its id when it left the catalogue."""
        return self.model.name if self.model else self.row.model


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that a bot may be given. `why_not` says why it cannot answer now, `other_keys` which keys reach it."""

    model: Model
    is_allowed: bool
    why_not: str | None
    other_keys: tuple[str, ...]
    warning: str | None


async def bot_views(visit: Visit, bots: Sequence[BotRow], keys: Sequence[KeyRow]) -> list[BotView]:
    """Return these bots with what they run on and how much they were used: one query, however many there are."""
    usage = await read_usage_of_bots(
        visit.context.database,
        workspace_id=visit.workspace_id,
        bot_ids=[bot.bot_id for bot in bots],
        last_day=visit.now.date(),
        days=USAGE_DAYS,
    )
    return [_view(visit, bot, keys, usage.get(bot.bot_id, NONE_YET)) for bot in bots]


def model_choices(visit: Visit, keys: Sequence[KeyRow], own_key_id: UUID | None = None) -> list[ModelChoice]:
    """Return the catalogue's models as choices, by the plan and by the keys' accounts; pure."""
    return [_choice(visit, model, keys, own_key_id) for model in visit.context.catalogue.models.values()]


def _view(visit: Visit, bot: BotRow, keys: Sequence[KeyRow], usage: BotUsage) -> BotView:
    model = visit.context.catalogue.find(bot.model)
    if model is None:
        problem = f"The model {bot.model} is no longer offered here. Choose another model for the bot."
        return BotView(bot, None, None, is_forbidden=False, problem=problem, warning=None, usage=usage)
    key = key_for(keys, model.provider, bot.key_id)
    is_forbidden = why_plan_forbids(model, visit.plan) is not None
    return BotView(
        row=bot,
        model=model,
        key=key,
        is_forbidden=is_forbidden,
        problem=_why_blocked(visit, model) if is_forbidden else why_unreachable(model, key),
        warning=model.retirement_warning(visit.now.date()),
        usage=usage,
    )


def _why_blocked(visit: Visit, model: Model) -> str:
    return (
        f"{model.name} is blocked on the {visit.plan.title()} plan: "
        f"the bot answers again once it is switched to Mevichat Mini, or the workspace to {model.plan.title()}."
    )


def _choice(visit: Visit, model: Model, keys: Sequence[KeyRow], own_key_id: UUID | None) -> ModelChoice:
    own = next((key for key in keys if key.key_id == own_key_id and key.provider == model.provider), None)
    used = own or key_for(keys, model.provider)
    why_forbidden, why_unreached = why_plan_forbids(model, visit.plan), why_unreachable(model, used)
    others = [key for key in keys if key is not used and key.provider == model.provider]
    return ModelChoice(
        model=model,
        is_allowed=why_forbidden is None,
        why_not=why_forbidden or why_unreached,
        other_keys=tuple(key.label for key in others if why_unreachable(model, key) is None) if why_unreached else (),
        warning=model.retirement_warning(visit.now.date()),
    )
