"""Print how good built-in Mini's answers are and what one costs: `python -m tests.mini`."""

from __future__ import annotations

from tests.mini.counting import Answered, ask_all, cpu_micros, score
from tests.mini.questions import Bot, read_bots

ROUNDS = 20


def main() -> None:
    """Print a line for each bot, one for each half, and every question that went wrong."""
    bots = read_bots()
    for bot in bots:
        _line(bot.name, [bot], cpu_micros(bot, ROUNDS))
    for name, is_held_out in (("chosen by", False), ("held out", True)):
        _line(name, [bot for bot in bots if bot.held_out is is_held_out])
    for one in ask_all(bots):
        if one.is_right != (one.question.right is not None) or (one.is_answer and one.question.right is None):
            print(_wrong(one))  # noqa: T201 - it is what people run this for


def _line(name: str, bots: list[Bot], micros: float | None = None) -> None:
    found = score(ask_all(bots))
    cost = "" if micros is None else f", {micros:.0f} µs of CPU an answer"
    print(  # noqa: T201
        f"{name:12} right {found.right}/{found.answerable} ({found.share:.0%}), "
        f"precision of answered {found.precision:.0%} ({found.right}/{found.answered}), "
        f"answered although unanswerable {found.wrongly_answered}/{found.unanswerable}{cost}"
    )


def _wrong(one: Answered) -> str:
    return f"  {' / '.join(one.question.asked)}\n    wanted: {one.question.right}\n    said:   {one.text!r}"


if __name__ == "__main__":
    main()
