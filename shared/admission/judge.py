"""Judges a request by the configuration of one epoch; pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.admission.holder import Holder
from shared.admission.refusal import Refusal
from shared.admission.request import ChatRequest
from shared.domain.catalogue import Catalogue
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import Door
from shared.settings import Settings
from shared.store.bots.rows import BotRow
from shared.store.turns.rows import NewTurn

DEFAULT_MODEL = "default"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds from acceptance within which a turn must be answered, by door."""

    caller_seconds: float
    async_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Deadlines:
        """Return the deadlines of this installation."""
        return cls(settings.caller_deadline_seconds, settings.async_deadline_seconds)

    def of_door(self, door: Door) -> float:
        """Return the deadline of a turn that comes in by this door."""
        return self.caller_seconds if door.has_waiting_caller else self.async_seconds


def judge(
    request: ChatRequest,
    holder: Holder,
    bot: BotRow,
    *,
    catalogue: Catalogue,
    deadlines: Deadlines,
    turn_id: UUID,
    inbox: str | None,
) -> NewTurn | Refusal:
    """Return the turn that the request asks for, or why this bot may not have it."""
    model_id = bot.model if request.model == DEFAULT_MODEL else request.model
    model = catalogue.find(model_id)
    if model is None:
        sentence = f"The model {model_id!r} is not available here; GET /v1/models lists those that are."
        return Refusal(RefusalCode.MODEL_NOT_FOUND, sentence, "model")
    if not holder.plan.includes(model.plan):
        sentence = (
            f"The workspace's {holder.plan} plan does not include {model.name}; "
            f"upgrade to {model.plan}, or switch the bot to mevichat:mini."
        )
        return Refusal(RefusalCode.PLAN_FORBIDS_MODEL, sentence, "model")
    return NewTurn(
        turn_id=turn_id,
        workspace_id=holder.workspace_id,
        bot_id=bot.bot_id,
        epoch=holder.epoch,
        model=model.id,
        door=request.door,
        question=request.question,
        deadline_seconds=request.deadline_seconds or deadlines.of_door(request.door),
        conversation=request.conversation,
        end_user=request.end_user,
        messages=request.messages,
        parameters=request.parameters,
        inbox=inbox,
        idempotency_key=request.idempotency_key,
        body_hash=request.body_hash,
    )
