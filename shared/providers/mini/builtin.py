"""The answerer that works with nothing configured: it quotes the bot's documents and invents nothing."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.catalogue import Model
from shared.providers.mini.answering import answer
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


class BuiltinMini:
    """Answers from the call's passages alone, in no time and without a key."""

    async def call(self, call: ChatCall, on_text: OnText | None = None) -> CallResult:
        """Answer with quotes, as `Provider.call` says; there are no tokens to report."""
        asked = [message.text for message in call.messages if message.role == "user"]
        reply = answer(asked, call.passages, call.system)
        pieces = reply.pieces
        if call.stream and on_text is not None:
            for piece in pieces:
                on_text(piece)
        return Answer(
            "".join(pieces),
            "stop",
            usage=None,
            ignored_parameters=dict.fromkeys(call.parameters, TAKES_NONE),
            quoted=reply.quoted,
        )

    async def probe(self, credential: Credential, models: Sequence[Model], timeout_seconds: float) -> ProbeResult:  # noqa: ARG002
        """Accept: there is no key to refuse."""
        return ProbeAccepted(models[0].id, models=None)
