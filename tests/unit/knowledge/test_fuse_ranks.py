"""Two rankings made one."""

from __future__ import annotations

from hypothesis import given, strategies

from shared.knowledge.fuse_ranks import fuse_ranks


def test_what_both_rankings_name_comes_before_what_one_names_first() -> None:
    assert fuse_ranks([["a", "b", "c"], ["d", "b", "e"]])[0] == "b"


def test_one_ranking_alone_stays_as_it_is() -> None:
    assert fuse_ranks([["c", "a", "b"], []]) == ["c", "a", "b"]


def test_equal_places_keep_the_order_of_the_rankings() -> None:
    assert fuse_ranks([["a"], ["b"]]) == ["a", "b"]
    assert fuse_ranks([["b"], ["a"]]) == ["b", "a"]


@given(strategies.lists(strategies.lists(strategies.integers(0, 30), unique=True), max_size=3))
def test_everything_that_is_ranked_is_there_once(rankings: list[list[int]]) -> None:
    fused = fuse_ranks(rankings)

    assert len(fused) == len(set(fused))
    assert set(fused) == {one for ranking in rankings for one in ranking}
