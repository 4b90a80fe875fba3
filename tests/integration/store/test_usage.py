"""The roll-ups: every event counted once, corrections as differences."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time
from itertools import chain, combinations, product
from typing import Any
from uuid import UUID

from shared.domain.usage import NO_USAGE, Usage, UsageKind
from shared.ids import new_id
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.turns.rows import KeyUse
from shared.store.usage.count import count_usage
from shared.store.usage.read import FIGURES, GROUPS, read_usage
from shared.store.usage.unannounced import unannounced_usage
from tests.actor import TESTER
from tests.integration.store.bench import Bench, completed, failed


async def rows(bench: Bench, *group_by: str, days: tuple[date, date] | None = None) -> list[dict[str, Any]]:
    """Read the roll-ups of today, or from one day to another."""
    today = datetime.now(UTC).date()
    from_day, to_day = days or (today, today)
    return await read_usage(
        bench.database, workspace_id=bench.workspace_id, from_day=from_day, to_day=to_day, group_by=group_by
    )


async def test_an_event_that_is_counted_many_times_at_once_counts_once(bench: Bench) -> None:
    turns = [await bench.accepted_and_claimed() for _ in range(4)]
    for turn in turns:
        await bench.record(completed(turn))
    events = [(turn.turn_id, turn.attempt) for turn in turns]

    counted = await asyncio.gather(*(count_usage(bench.database, events) for _ in range(6)))

    assert sum(counted) == 4
    (row,) = await rows(bench, "bot", "model")
    assert (row["bot"], row["model"], row["turns"], row["failed_turns"]) == (bench.bot_id, "gpt-5-mini", 4, 0)
    assert (row["input_tokens"], row["output_tokens"]) == (40, 20)


async def test_of_a_batch_only_what_it_names_counts_and_what_it_names_twice_counts_once(bench: Bench) -> None:
    first, second = await bench.accepted_and_claimed(), await bench.accepted_and_claimed()
    for turn in (first, second):
        await bench.record(completed(turn))
    await bench.sql(
        "INSERT INTO usage_events (turn_id, attempt, workspace_id, bot_id, day, model, kind, ends_turn, failed) "
        "SELECT turn_id, 2, workspace_id, bot_id, day, model, 'exact', false, false FROM usage_events "
        "WHERE turn_id = :turn_id",
        turn_id=first.turn_id,
    )
    named = [(first.turn_id, 1), (second.turn_id, 1), (first.turn_id, 1), (second.turn_id, 2), (new_id(), 1)]

    assert await count_usage(bench.database, named) == 2
    assert await count_usage(bench.database, [(first.turn_id, 2), *named, (first.turn_id, 2)]) == 1
    assert await count_usage(bench.database, named) == 0
    (row,) = await rows(bench)
    assert (row["turns"], row["input_tokens"], row["output_tokens"]) == (2, 20, 10)


async def test_late_figures_replace_an_unknown_and_the_ledger_adds_the_difference(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, usage_kind=UsageKind.UNKNOWN, usage=NO_USAGE))
    assert await count_usage(bench.database, [(turn.turn_id, 1)]) == 1

    await bench.record(completed(turn, usage=Usage(input_tokens=9, output_tokens=3)))
    assert await count_usage(bench.database, [(turn.turn_id, 1)]) == 1

    (row,) = await rows(bench)
    assert (row["turns"], row["failed_turns"], row["input_tokens"], row["output_tokens"]) == (1, 1, 9, 3)


async def test_uncounted_events_are_announced_again_once_in_a_while(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(completed(turn))
    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == []
    await bench.sql("UPDATE usage_events SET rung_at = now() - interval '6 seconds'")

    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == [(turn.turn_id, 1)]
    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == []


DAYS = (date(2026, 1, 31), date(2026, 2, 1))
Place = tuple[date, UUID, str, str, UUID]
"""Day, bot, model, provider and key: where a turn's tokens belong, in the order of GROUPS."""


async def run_turn(bench: Bench, place: Place, tokens: int, *, fails: bool) -> Counter[str]:
    """Run a turn that belongs there; return its figures."""
    day, bot_id, model, provider, key_id = place
    turn = await bench.accepted_and_claimed(bot_id=bot_id, model=model)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    await bench.sql("UPDATE turns SET accepted_at = :noon WHERE id = :id", noon=noon, id=turn.turn_id)
    usage = Usage(tokens, tokens + 1, tokens + 2, tokens + 3, tokens + 4)
    end = (failed if fails else completed)(turn, provider=provider, key_use=KeyUse(key_id, 1, 0), usage=usage)
    await bench.record(end)
    await count_usage(bench.database, [(turn.turn_id, turn.attempt)])
    return Counter(turns=1, failed_turns=int(fails), **usage.to_primitives())


async def test_each_turns_tokens_stand_under_its_day_bot_model_provider_and_key(bench: Bench) -> None:
    second_bot = new_id()
    await create_bot(bench.database, NewBot(second_bot, bench.workspace_id, "Second", "gpt-5"), actor=TESTER)
    keys = [(await bench.add_key()).key_id for _ in range(2)]
    sources = [("gpt-5", "openai"), ("gpt-5-mini", "openai"), ("claude-haiku-4-5", "anthropic")]
    expected: dict[Place, Counter[str]] = {}
    choices = product(DAYS, (bench.bot_id, second_bot), sources, keys)
    for tokens, (day, bot_id, source, key_id) in enumerate(choices):
        place = (day, bot_id, *source, key_id)
        expected[place] = await run_turn(bench, place, tokens, fails=tokens % 5 == 0)

    subsets = list(chain.from_iterable(combinations(GROUPS, size) for size in range(len(GROUPS) + 1)))
    for names in subsets:
        chosen = [list(GROUPS).index(name) for name in names]
        wanted: dict[tuple[Any, ...], Counter[str]] = {}
        for place, figures in expected.items():
            wanted.setdefault(tuple(place[number] for number in chosen), Counter()).update(figures)
        found = {
            tuple(row[name] for name in names): Counter({figure: row[figure] for figure in FIGURES})
            for row in await rows(bench, *names, days=DAYS)
        }
        assert {key: +figures for key, figures in found.items()} == {key: +figures for key, figures in wanted.items()}
    assert len(subsets) == 32


async def test_every_roll_up_tells_the_same_of_any_range(bench: Bench) -> None:
    bots = [bench.bot_id, new_id()]
    await create_bot(bench.database, NewBot(bots[1], bench.workspace_id, "Second", "gpt-5"), actor=TESTER)
    key = (await bench.add_key()).key_id
    days = [date(2026, 1, 3), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 14), date(2026, 3, 1)]
    for tokens, (day, bot_id) in enumerate(product(days, bots)):
        await run_turn(bench, (day, bot_id, "gpt-5", "openai", key), tokens, fails=False)

    for days_asked in combinations([*days, date(2026, 1, 1), date(2026, 3, 31)], 2):
        asked = (min(days_asked), max(days_asked))
        by_day_and_bot = await rows(bench, "day", "bot", days=asked)
        for group in ("day", "bot", "model"):
            found = await rows(bench, group, days=asked)
            for figure in FIGURES:
                assert sum(row[figure] for row in found) == sum(row[figure] for row in by_day_and_bot), (asked, group)


async def test_estimates_stay_apart_in_every_roll_up_also_when_late_figures_replace_an_unknown(bench: Bench) -> None:
    estimated, unknown = await bench.accepted_and_claimed(), await bench.accepted_and_claimed()
    await bench.record(completed(estimated, usage=Usage(7, 2), usage_kind=UsageKind.ESTIMATED))
    await bench.record(failed(unknown, usage_kind=UsageKind.UNKNOWN, usage=NO_USAGE))
    await count_usage(bench.database, [(estimated.turn_id, 1), (unknown.turn_id, 1)])
    await bench.record(completed(unknown, usage=Usage(5, 1), usage_kind=UsageKind.ESTIMATED))
    await count_usage(bench.database, [(unknown.turn_id, 1)])

    for group in ("day", "bot", "model"):
        (row,) = await rows(bench, group)
        assert (row["input_tokens"], row["estimated_input_tokens"], row["estimated_output_tokens"]) == (12, 12, 3)


async def test_usage_is_kept_to_what_was_asked(bench: Bench) -> None:
    keys = [(await bench.add_key()).key_id for _ in range(2)]
    for tokens, key in enumerate(keys):
        await run_turn(bench, (DAYS[0], bench.bot_id, "gpt-5", "openai", key), tokens, fails=False)

    async def turns(**only: UUID | str | None) -> int:
        asked = {"workspace_id": bench.workspace_id, "from_day": DAYS[0], "to_day": DAYS[1]}
        (row,) = await read_usage(bench.database, group_by=(), only=only, **asked)  # type: ignore[arg-type]
        return int(row["turns"])

    assert [await turns(), await turns(key=keys[0]), await turns(key=None)] == [2, 1, 0]
    assert [await turns(bot=bench.bot_id), await turns(bot=new_id())] == [2, 0]
    assert [await turns(model="gpt-5", provider="openai"), await turns(bot=bench.bot_id, key=keys[1])] == [2, 1]
