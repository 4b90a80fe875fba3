"""What a bot may ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.admission.judge import Deadlines, judge
from shared.admission.refusal import Refusal
from shared.admission.request import ChatRequest
from shared.domain.catalogue import load_catalogue
from shared.domain.plans import Plan
from shared.domain.refusal_code import RefusalCode
from shared.domain.turn_status import Door
from shared.ids import new_id
from shared.store.bots.rows import BotRow
from shared.store.tokens.rows import TokenHolder, TokenKind
from shared.store.turns.rows import NewTurn

WORKSPACE, BOT = new_id(), new_id()
ROW = BotRow(BOT, WORKSPACE, "Bot", "claude-haiku-4-5", None, None, datetime(2026, 1, 1, tzinfo=UTC))


def judged(model: str = "default", plan: Plan = Plan.SCALE, door: Door = Door.WHOLE) -> NewTurn | Refusal:
    return judge(
        ChatRequest(model=model, question="Hello", door=door),
        TokenHolder(new_id(), WORKSPACE, TokenKind.BOT, plan, epoch=7, bot=ROW),
        ROW,
        catalogue=load_catalogue(),
        deadlines=Deadlines(caller_seconds=120, async_seconds=86_400),
        turn_id=new_id(),
        inbox="inbox",
    )


def test_default_is_the_bots_own_model_and_the_epoch_travels_along() -> None:
    turn = judged()

    assert isinstance(turn, NewTurn)
    assert (turn.model, turn.epoch, turn.bot_id) == ("claude-haiku-4-5", 7, BOT)


@pytest.mark.parametrize(
    ("plan", "model", "is_open"),
    [
        (Plan.FREE, "mevichat:mini", True),
        (Plan.FREE, "claude-haiku-4-5", False),
        (Plan.FREE, "gpt-5-mini", False),
        (Plan.PRO, "claude-haiku-4-5", True),
        (Plan.PRO, "gpt-5-mini", True),
        (Plan.PRO, "claude-sonnet-4-6", False),
        (Plan.PRO, "gpt-5", False),
        (Plan.SCALE, "claude-sonnet-4-6", True),
        (Plan.SCALE, "gpt-5", True),
    ],
)
def test_the_plan_opens_the_models_of_the_product_page(plan: Plan, model: str, *, is_open: bool) -> None:
    decision = judged(model, plan)

    if is_open:
        assert isinstance(decision, NewTurn)
    else:
        assert isinstance(decision, Refusal)
        assert decision.code is RefusalCode.PLAN_FORBIDS_MODEL


def test_a_model_outside_the_catalogue_is_not_found() -> None:
    decision = judged("gpt-4")

    assert isinstance(decision, Refusal)
    assert (decision.code, decision.param) == (RefusalCode.MODEL_NOT_FOUND, "model")


def test_the_door_decides_the_deadline() -> None:
    seconds = {door: turn.deadline_seconds for door in Door if isinstance(turn := judged(door=door), NewTurn)}

    assert seconds == {Door.WHOLE: 120, Door.STREAM: 120, Door.ASYNC: 86_400, Door.PRODUCER: 86_400}
