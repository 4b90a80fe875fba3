"""How well questions find their passages: recall@5 and mean reciprocal rank, by kind of question. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOUND_AMONG = 5
SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the name of the passage that answers it; `earlier` was asked before it."""

    kind: str
    question: str
    answer: str
    earlier: str = ""


Found = Mapping[Asked, Sequence[str]]
"""What each question found: names of passages, the closest first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Of so many questions: the share whose answer is among the first five, and the mean of 1 / its rank."""

    questions: int
    recall: float
    reciprocal_rank: float


def read_questions() -> list[Asked]:
    """Return every question of the set."""
    kinds = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))
    return [Asked(kind, question, answer) for kind, asked in kinds.items() for question, answer in asked.items()]


def read_follow_ups() -> list[Asked]:
    """Return the questions that only the one before them explains."""
    told = tomllib.loads((Path(__file__).parent / "follow_ups.toml").read_text(encoding="utf-8"))["follow_ups"]
    return [Asked("follow-up", question, answer, earlier) for earlier, question, answer in told]


def quality_of(asked: Sequence[Asked], found: Found) -> Quality:
    """Return the quality of what was found, the names of passages, the closest first."""
    ranks = [_rank(one.answer, found[one]) for one in asked]
    return Quality(
        len(ranks),
        sum(rank is not None and rank <= FOUND_AMONG for rank in ranks) / len(ranks),
        sum(1 / rank for rank in ranks if rank is not None) / len(ranks),
    )


def _rank(answer: str, names: Sequence[str]) -> int | None:
    return names.index(answer) + 1 if answer in names else None
