"""The set of questions, read from `questions.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from shared.domain.chat import Passage
from shared.knowledge.passages import split_into_passages


@dataclass(frozen=True, slots=True)
class Question:
    """What a user says, the question last, and what stands in the right answer; None where the documents hold none."""

    asked: tuple[str, ...]
    right: str | None


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot's documents and the questions to it; `held_out`: nothing was chosen by them."""

    name: str
    held_out: bool
    documents: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]

    def passages(self) -> tuple[Passage, ...]:
        """Return all passages of the bot's documents."""
        return tuple(Passage(title, part) for title, text in self.documents for part in split_into_passages(text))


def read_bots() -> tuple[Bot, ...]:
    """Return every bot of the set."""
    text = files("tests.mini").joinpath("questions.toml").read_text(encoding="utf-8")
    return tuple(_bot(entry) for entry in tomllib.loads(text)["bots"])


def _bot(entry: Mapping[str, Any]) -> Bot:
    answerable = [Question((*one.get("past", ()), one["ask"]), one["right"]) for one in entry["answerable"]]
    unanswerable = [Question((one,), None) for one in entry["unanswerable"]]
    documents = tuple((one["title"], one["text"]) for one in entry["documents"])
    return Bot(entry["name"], entry.get("held_out", False), documents, (*answerable, *unanswerable))
