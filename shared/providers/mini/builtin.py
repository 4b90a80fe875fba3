"""The answerer that works with nothing configured: it quotes the bot's documents and invents nothing."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.catalogue import Model
from shared.domain.chat import Passage
from shared.providers.mini.sentences import Quote, find_quotes
from shared.providers.port import (
    Answer,
    CallResult,
    ChatCall,
    Credential,
    OnText,
    ProbeAccepted,
    ProbeResult,
)

TAKES_NONE = "Mevichat Mini quotes the bot's documents here and takes no parameters."
NO_ANSWER = "I could not find an answer to that in this bot's documents."


class BuiltinMini:
    """Answers from the call's passages alone, in no time and without a key."""

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Answer with quotes, as `Provider.call` says; there are no tokens to report."""
        question = next((message.text for message in reversed(call.messages) if message.role == "user"), "")
        quotes = find_quotes(question, call.passages)
        pieces = compose(quotes)
        if call.stream and on_text is not None:
            for piece in pieces:
                on_text(piece)
        return Answer(
            "".join(pieces),
            "stop",
            usage=None,
            ignored_parameters=dict.fromkeys(call.parameters, TAKES_NONE),
            quoted=quoted_passages(quotes, call.passages),
        )

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:  # noqa: ARG002
        """Accept: there is no key to refuse."""
        return ProbeAccepted(models[0].id, models=None)


def compose(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return the answer in pieces: each document's sentences, then its title."""
    if not quotes:
        return (NO_ANSWER,)
    titles = dict.fromkeys(quote.title for quote in quotes)
    parts = [_paragraph(title, [quote.sentence for quote in quotes if quote.title == title]) for title in titles]
    return (parts[0], *(f"\n\n{part}" for part in parts[1:]))


def quoted_passages(quotes: Sequence[Quote], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages in which a quoted sentence stands."""
    return tuple(
        passage
        for passage in passages
        if any(quote.title == passage.title and quote.sentence in passage.text for quote in quotes)
    )


def _paragraph(title: str, sentences: Sequence[str]) -> str:
    return f"{' '.join(sentences)} (Source: {title})"
