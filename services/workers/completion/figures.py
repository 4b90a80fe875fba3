"""What a call cost, and how far that figure can be trusted. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.workers.completion.history import estimate_prompt_tokens
from services.workers.completion.prepare import Prompt
from services.workers.completion.tokens import estimate_tokens
from shared.domain.usage import NO_USAGE, Usage, UsageKind
from shared.providers.port import Answer, CallFailure


@dataclass(frozen=True, slots=True)
class Figures:
    """Tokens, and where they come from."""

    usage: Usage
    kind: UsageKind


NOTHING = Figures(NO_USAGE, UsageKind.EXACT)
"""No call was made, or the provider refused it."""
LOST = Figures(NO_USAGE, UsageKind.UNKNOWN)
"""A call was made and nobody knows what became of it."""


def figures_of_answer(answer: Answer, prompt: Prompt) -> Figures:
    """Return the provider's figures, or an estimate where it gave none (Mini has no tokens)."""
    if answer.usage is not None:
        return Figures(answer.usage, UsageKind.EXACT)
    return estimate(prompt, answer.text)


def figures_of_failure(failure: CallFailure, prompt: Prompt) -> Figures:
    """Return what a failed call cost: reported tokens always count, they were billed.

    Where only the prompt's were, what was written is estimated by the text that came.
    """
    if failure.usage is not None and failure.usage_is_final:
        return Figures(failure.usage, UsageKind.EXACT)
    if failure.usage is not None:
        written = max(failure.usage.output_tokens, estimate_tokens(failure.text))
        return Figures(replace(failure.usage, output_tokens=written), UsageKind.ESTIMATED)
    if failure.text:
        return estimate(prompt, failure.text)
    return NOTHING if failure.status is not None else LOST


def estimate(prompt: Prompt, text: str) -> Figures:
    """Return an estimate by the length of what was sent and what came."""
    sent = estimate_prompt_tokens(prompt.messages, prompt.system)
    sent += sum(estimate_tokens(passage.text) for passage in prompt.passages)
    return Figures(Usage(input_tokens=sent, output_tokens=estimate_tokens(text)), UsageKind.ESTIMATED)
