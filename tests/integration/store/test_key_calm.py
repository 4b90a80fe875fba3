"""The calm that a probe buys a key from the refusal that it cleared."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.key_states import KeyState
from shared.store.keys.rows import Standing
from shared.store.keys.verdict import apply_verdict
from shared.store.turns.rows import KeyUse
from tests.integration.store.bench import FAILED, Bench, failed, key_of, verdict


async def test_after_a_probe_that_clears_a_refusal_fails_only_its_own_turn_for_a_while(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, key_use=use, refused=True))
    await apply_verdict(bench.database, verdict(bench, use, Standing()))
    newer = KeyUse(use.key_id, key_version=1, verdict_seq=1)

    another = await bench.accepted_and_claimed()
    result = await bench.record(failed(another, key_use=newer, refused=True))

    assert not result.suspected
    assert (await key_of(bench, use)).state is KeyState.ACTIVE


async def test_the_calm_is_for_the_refusal_that_was_cleared_another_one_suspects_at_once(bench: Bench) -> None:
    use = await bench.add_key()
    scope = replace(FAILED, type="permission")
    await bench.record(failed(await bench.accepted_and_claimed(), key_use=use, refused=True, error=scope))
    await apply_verdict(bench.database, verdict(bench, use, Standing()))
    newer = KeyUse(use.key_id, key_version=1, verdict_seq=1)

    same = await bench.record(failed(await bench.accepted_and_claimed(), key_use=newer, refused=True, error=scope))
    revoked = replace(FAILED, type="key_refused")
    other = await bench.record(failed(await bench.accepted_and_claimed(), key_use=newer, refused=True, error=revoked))

    assert (same.suspected, other.suspected) == (False, True)
    key = await key_of(bench, use)
    assert (key.suspect_error, key.suspect_model) == ("key_refused", "gpt-5-mini")


async def test_a_probe_that_clears_the_same_refusal_again_buys_twice_the_calm(bench: Bench) -> None:
    use = await bench.add_key()
    calms = []
    for seq in range(3):
        at = KeyUse(use.key_id, key_version=1, verdict_seq=seq)
        result = await bench.record(failed(await bench.accepted_and_claimed(), key_use=at, refused=True))
        assert result.suspected
        await apply_verdict(bench.database, verdict(bench, use, Standing(), seq=seq))
        (row,) = await bench.sql("UPDATE provider_keys SET calm_until = now() RETURNING calm_seconds")
        calms.append(row.calm_seconds)

    assert calms == [60, 120, 240]


async def test_a_probe_that_finds_a_good_key_good_leaves_its_calm(bench: Bench) -> None:
    use = await bench.add_key()
    await bench.record(failed(await bench.accepted_and_claimed(), key_use=use, refused=True))
    await apply_verdict(bench.database, verdict(bench, use, Standing()))

    await apply_verdict(bench.database, verdict(bench, use, Standing(), seq=1))

    newer = KeyUse(use.key_id, key_version=1, verdict_seq=2)
    result = await bench.record(failed(await bench.accepted_and_claimed(), key_use=newer, refused=True))
    assert not result.suspected
