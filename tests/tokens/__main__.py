"""Prints what the estimate of tokens is worth: `python -m tests.tokens`."""

from __future__ import annotations

from timeit import timeit

from rich.console import Console
from rich.table import Table

from services.workers.completion.tokens import estimate_tokens
from tests.tokens.errors import ENCODING, mean_error, measure

LONG_TEXT = "Where is my parcel, and when will it come? " * 800
ROUNDS = 100


def main() -> None:
    """Print a line for each kind of text, the mean and worst error, and the time that an estimate takes."""
    measured = measure()
    table = Table("text", "tokens", "estimate", "error", "4 characters", title=f"Estimate against {ENCODING}")
    for each in measured:
        errors = (f"{each.error:+.1%}", f"{each.error_of_four_characters:+.1%}")
        table.add_row(each.name, f"{each.tokens:,}", f"{each.estimated:,}", *errors)
    console = Console(width=100)
    console.print(table)
    worst = max(measured, key=lambda each: abs(each.error))
    console.print(f"mean error {mean_error(measured):.1%}, worst {worst.error:+.1%} ({worst.name})")
    seconds = timeit(lambda: estimate_tokens(LONG_TEXT), number=ROUNDS) / ROUNDS
    console.print(f"{seconds * 1e6:.0f} µs for {len(LONG_TEXT):,} characters")


if __name__ == "__main__":
    main()
