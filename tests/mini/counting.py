"""What is counted over the set of questions: answers given, answers right, and what an answer costs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.providers.mini.answering import answer
from shared.providers.mini.phrases import phrases
from tests.mini.questions import Bot, Question


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and what was said."""

    question: Question
    text: str

    @property
    def is_answer(self) -> bool:
        """Tell whether it is more than the sentence that says that Mini does not know."""
        return not any(self.text.startswith(own.unknown) for own in phrases().values())

    @property
    def is_right(self) -> bool:
        """Tell whether the right words stand in it."""
        return self.is_answer and self.question.right is not None and self.question.right in self.text


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over questions. `precision`: of the answers given, how many are right; `share`: of those that there are."""

    answerable: int
    unanswerable: int
    answered: int
    right: int
    wrongly_answered: int

    @property
    def precision(self) -> float:
        """Return the part of the given answers that is right."""
        return self.right / self.answered if self.answered else 1.0

    @property
    def share(self) -> float:
        """Return the part of the answerable questions that is answered rightly."""
        return self.right / self.answerable if self.answerable else 1.0


def ask_all(bots: Sequence[Bot]) -> list[Answered]:
    """Ask every question of these bots, with all passages of its bot."""
    return [Answered(one, "".join(answer(one.asked, bot.passages()).pieces)) for bot in bots for one in bot.questions]


def score(answered: Sequence[Answered]) -> Score:
    """Return the counts."""
    unanswerable = [one for one in answered if one.question.right is None]
    return Score(
        answerable=len(answered) - len(unanswerable),
        unanswerable=len(unanswerable),
        answered=sum(one.is_answer for one in answered),
        right=sum(one.is_right for one in answered),
        wrongly_answered=sum(one.is_answer for one in unanswerable),
    )


def cpu_micros(bot: Bot, rounds: int) -> float:
    """Return the CPU of one answer in microseconds, over all questions of the bot."""
    passages = bot.passages()
    began = time.process_time()
    for _ in range(rounds):
        for one in bot.questions:
            answer(one.asked, passages)
    return (time.process_time() - began) / (rounds * len(bot.questions)) * 1e6
