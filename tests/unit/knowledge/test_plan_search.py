"""Which words are searched, and what each weighs."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, strategies

from shared.domain.passage_search import Question, QuestionWord
from shared.knowledge.plan_search import MOST_CANDIDATES, MOST_WORDS, plan_search, rarity

MANY = MOST_CANDIDATES * 10


def question(*words: QuestionWord, passages: int = MANY) -> Question:
    return Question(words, passages, 50.0)


def test_a_question_of_unknown_words_is_not_searched() -> None:
    assert plan_search(question(QuestionWord("zebra", 0), QuestionWord("yak", 0))) is None
    assert plan_search(question()) is None


def test_a_rarer_word_weighs_more_and_the_commonest_still_something() -> None:
    plan = plan_search(question(QuestionWord("order", MANY), QuestionWord("kettle", 3)))

    assert plan is not None
    assert plan.weights["kettle"] > 10 * plan.weights["order"] > 0


def test_rare_words_name_the_candidates_up_to_a_bound_and_common_ones_only_together() -> None:
    half = MOST_CANDIDATES // 2
    words = (QuestionWord("b", half), QuestionWord("a", half), QuestionWord("c", half), QuestionWord("d", MANY))
    plan = plan_search(question(*words))

    assert plan is not None
    assert plan.rare == ("a", "b")
    assert plan.common == (("c", "d"),)


def test_where_every_word_is_common_the_passages_that_hold_most_of_them_are_looked_at() -> None:
    plan = plan_search(question(*(QuestionWord(word, MANY - len(word)) for word in ("a", "bb", "ccc"))))

    assert plan is not None
    assert plan.rare == ()
    assert plan.common == (("ccc", "bb", "a"), ("ccc", "bb"), ("ccc",))


def test_an_unknown_word_stands_for_those_that_are_spelt_almost_so() -> None:
    alike = {"kettle": 3, "kettlestand": 1, "settle": 2, "keffiyeh": 1}
    plan = plan_search(question(QuestionWord("ketle", 0, similar=alike)))

    assert plan is not None
    assert set(plan.weights) == {"kettle"}
    assert plan.weights["kettle"] < rarity(3, MANY)


def test_a_compound_stands_for_its_beginning() -> None:
    plan = plan_search(question(QuestionWord("rückgabefrist", 0, similar={"rückgab": 2, "rückruf": 2})))

    assert plan is not None
    assert set(plan.weights) == {"rückgab"}


def test_a_known_word_stands_for_itself_alone() -> None:
    plan = plan_search(question(QuestionWord("kettle", 3, similar={"kettles": 9})))

    assert plan is not None
    assert set(plan.weights) == {"kettle"}


def test_what_was_asked_before_weighs_little_and_gives_way_to_the_questions_own_words() -> None:
    own = [QuestionWord(f"own{number}", 5) for number in range(MOST_WORDS - 1)]
    earlier = [QuestionWord(f"earlier{number}", 1, is_earlier=True) for number in range(3)]
    plan = plan_search(question(*own, *earlier))

    assert plan is not None
    assert {word.word for word in own} | {"earlier0"} == set(plan.weights)
    assert plan.weights["earlier0"] < plan.weights["own0"] / 2


WORDS = strategies.lists(
    strategies.builds(QuestionWord, strategies.text(min_size=1, max_size=8), strategies.integers(1, MANY)),
    min_size=1,
    max_size=40,
    unique_by=lambda word: word.word,
)


@given(WORDS)
def test_however_long_the_question_the_plan_is_bounded_and_names_every_candidate_word_once(
    words: list[QuestionWord],
) -> None:
    plan = plan_search(question(*words))
    counts = {word.word: word.passages for word in words}

    assert plan is not None
    assert 1 <= len(plan.weights) <= MOST_WORDS
    assert sum(counts[word] for word in plan.rare) <= MOST_CANDIDATES
    assert plan.rare or plan.common
    assert all(weight > 0 for weight in plan.weights.values())


def test_a_word_that_is_asked_itself_counts_in_full_whatever_misspelt_word_stands_for_it_too() -> None:
    itself, misspelt = QuestionWord("kettle", 3), QuestionWord("ketle", 0, similar={"kettle": 3})
    earlier = QuestionWord("ketlle", 0, is_earlier=True, similar={"kettle": 3})
    plans = [plan_search(question(*words)) for words in permutations((itself, misspelt, earlier))]

    assert all(plan is not None and plan.weights == {"kettle": rarity(3, MANY)} for plan in plans)
