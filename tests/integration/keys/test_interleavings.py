"""Turns, 401s, verdicts, rotations, plan changes and crashes in any order: what must hold, holds after each."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from infra.embedded.postgres import EmbeddedPostgres
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.store.database import Database
from tests.integration.keys.interleavings import Running, Side
from tests.servers import fresh_database

SIDES = st.integers(0, 1)
PICK = st.integers(0, 20)
# weighted: what ends a key's use for good is rare, else nothing runs that could break
VERDICTS = st.sampled_from([*[KeyState.ACTIVE] * 4, KeyState.INVALID, KeyState.OUT_OF_QUOTA, KeyState.RESTRICTED])
PLANS = st.sampled_from([*[Plan.SCALE] * 4, Plan.PRO, Plan.FREE])
SWITCHES = st.sampled_from([True, False, False, False])


class Interleavings(RuleBasedStateMachine):
    """Each rule is one transaction of the product; hypothesis looks for the order that breaks something."""

    runner: asyncio.Runner
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.sides = [self._run(Side.prepare(self.database)) for _ in range(2)]

    @rule(side=SIDES, conversation=st.sampled_from([None, "one", "two"]), claims=st.integers(0, 3))
    def accept(self, side: int, conversation: str | None, claims: int) -> None:
        self._run(self.sides[side].accept(conversation))
        for _ in range(claims):
            self._run(self.sides[side].claim_next())

    @rule(side=SIDES)
    def accept_another(self, side: int) -> None:
        self._run(self.sides[side].accept(None))
        self._run(self.sides[side].claim_next())

    @rule(side=SIDES)
    def claim(self, side: int) -> None:
        self._run(self.sides[side].claim_next())

    @rule(side=SIDES, pick=PICK, tokens=st.integers(0, 9))
    def answer(self, side: int, pick: int, tokens: int) -> None:
        running = self._take(self.sides[side].running, pick)
        if running:
            self._run(self.sides[side].answer(running, tokens))

    @rule(side=SIDES, pick=PICK)
    def refuse(self, side: int, pick: int) -> None:
        running = self._take(self.sides[side].running, pick)
        if running:
            self._run(self.sides[side].refuse(running))

    @rule(side=SIDES, pick=PICK)
    def crash(self, side: int, pick: int) -> None:
        running = self._take(self.sides[side].running, pick)
        if running:
            self._run(self.sides[side].crash(running))

    @rule(side=SIDES, pick=PICK, tokens=st.integers(0, 9))
    def answer_after_the_crash(self, side: int, pick: int, tokens: int) -> None:
        running = self._take(self.sides[side].crashed, pick)
        if running:
            self._run(self.sides[side].answer(running, tokens))

    @rule(side=SIDES, pick=PICK)
    def refuse_after_the_crash(self, side: int, pick: int) -> None:
        running = self._take(self.sides[side].crashed, pick)
        if running:
            self._run(self.sides[side].refuse(running))

    @rule(side=SIDES)
    def retry_by_hand(self, side: int) -> None:
        self._run(self.sides[side].retry())

    @rule(side=SIDES, state=VERDICTS)
    def begin_probe(self, side: int, state: KeyState) -> None:
        self._run(self.sides[side].begin_probe(state))

    @rule(side=SIDES, pick=PICK)
    def give_verdict(self, side: int, pick: int) -> None:
        verdicts = self.sides[side].verdicts
        if verdicts:
            self._run(self.sides[side].give_verdict(verdicts.pop(pick % len(verdicts))))

    @rule(side=SIDES)
    def rotate(self, side: int) -> None:
        self._run(self.sides[side].rotate())

    @rule(side=SIDES, disabled=SWITCHES)
    def switch(self, side: int, disabled: bool) -> None:
        self._run(self.sides[side].switch(disabled=disabled))

    @rule(side=SIDES, plan=PLANS)
    def change_plan(self, side: int, plan: Plan) -> None:
        self._run(self.sides[side].move_to(plan))

    @rule(side=SIDES)
    def sweep(self, side: int) -> None:
        self._run(self.sides[side].sweep())

    @invariant()
    def counters_and_quota_agree_with_the_turns(self) -> None:
        for side in self.sides:
            self._run(side.check_counters())

    def teardown(self) -> None:
        for side in self.sides:
            self._run(side.drain())
            self._run(side.check_counters())
            self._run(side.check_ledger())

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    @staticmethod
    def _take(from_list: list[Running], pick: int) -> Running | None:
        return from_list.pop(pick % len(from_list)) if from_list else None


def test_no_order_of_turns_refusals_verdicts_rotations_and_crashes_breaks_what_must_hold(
    postgres_server: EmbeddedPostgres,
) -> None:
    with asyncio.Runner() as runner:
        opened = fresh_database(postgres_server.url)
        url = runner.run(opened.__aenter__())
        database = Database.connect(url, connections=2, application_name="test")

        class OnThisDatabase(Interleavings):
            pass

        OnThisDatabase.runner, OnThisDatabase.database = runner, database
        try:
            run_state_machine_as_test(
                OnThisDatabase,
                settings=settings(
                    max_examples=40,
                    stateful_step_count=80,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    phases=[Phase.generate],  # on real servers shrinking a failure takes minutes
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())
            runner.run(opened.__aexit__(None, None, None))
