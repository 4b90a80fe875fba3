"""Which words are looked for in a bot's documents."""

from __future__ import annotations

from shared.knowledge.find_passages import searches


def test_what_says_nothing_of_the_matter_is_not_looked_for() -> None:
    assert searches(["Wann ist der Laden am Sonntag geschlossen?"]) == ("laden geschäft filiale sonntag geschlossen",)


def test_other_words_for_the_same_are_looked_for_too() -> None:
    assert searches(["What is the price?"]) == ("price cost charge fee rate",)


def test_a_question_of_nothing_but_such_words_is_looked_for_as_it_is() -> None:
    assert searches(["The Who"]) == ("The Who",)


def test_a_question_that_leans_on_the_one_before_is_looked_for_with_it() -> None:
    assert searches(["Tell me about the Free plan", "and Pro?"])[0] == "free plan pro"


def test_a_question_that_finds_nothing_alone_is_looked_for_with_the_one_before() -> None:
    assert searches(["Tell me about the Free plan", "Bicycles?"]) == ("bicycles", "free plan bicycles")


def test_nothing_asked_looks_for_nothing() -> None:
    assert searches([]) == ()
