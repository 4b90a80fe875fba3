"""Step 3: what the model gets to read: past, passages, question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.workers.completion.history import MESSAGE_TOKENS, Allowance, choose_history
from services.workers.completion.patience import Patience
from services.workers.completion.resolve import Resolved
from services.workers.completion.tokens import count_bytes
from shared.domain.chat import ChatMessage, Passage
from shared.domain.history_overflow import HistoryOverflow
from shared.knowledge.find_passages import PassageFinder
from shared.store.database import Database
from shared.store.turns.read import read_history
from shared.store.turns.rows import ClaimedTurn

MOST_EXCHANGES = 64
"""More of the past than this is not read, however short its messages are."""
MOST_TO_SUMMARISE = 192
"""A summary has a line for each exchange, so it reaches further back."""
PASSAGE_BYTES = 16_384
"""Kept free in the context for what the documents say: four passages of 800 characters, with their titles."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What goes to the model; `messages` ends with the question."""

    messages: tuple[ChatMessage, ...]
    system: str | None
    passages: tuple[Passage, ...] = ()


class Preparer:
    """Reads what belongs to a turn's prompt, in as few statements as the turn needs."""

    def __init__(self, database: Database, patience: Patience, passages: PassageFinder, *, history_tokens: int) -> None:
        self._database = database
        self._patience = patience
        self._passages = passages
        self._history_tokens = history_tokens

    async def prepare(self, turn: ClaimedTurn, resolved: Resolved) -> Prompt:
        """Return the turn's prompt without passages: of its conversation's past, or of the messages that came with it."""
        if turn.conversation is None:
            return own_messages(turn, resolved.bot.system_prompt)
        question = ChatMessage("user", turn.question)
        history = await self._history(turn, turn.conversation, resolved, question)
        return Prompt((*history, question), resolved.bot.system_prompt)

    async def with_passages(self, turn: ClaimedTurn, prompt: Prompt) -> Prompt:
        """Return the prompt with what the bot's documents say of the question, and of the one before it."""
        asked = [message.text for message in prompt.messages[:-1] if message.role == "user"]
        passages = await self._patience.run(
            "passages",
            lambda: self._passages.find(bot_id=turn.bot_id, question=turn.question, earlier=asked[-1] if asked else ""),
        )
        return replace(prompt, passages=passages)

    async def close(self) -> None:
        """Wait for the searches that are under way."""
        await self._passages.close()

    async def _history(
        self,
        turn: ClaimedTurn,
        conversation: str,
        resolved: Resolved,
        question: ChatMessage,
    ) -> tuple[ChatMessage, ...]:
        allowance = self._allowance(resolved, question)
        if allowance.budget_tokens == 0:
            return ()
        is_summarised = allowance.overflow is HistoryOverflow.SUMMARISE
        newest_first = await self._patience.run(
            "history",
            lambda: read_history(
                self._database,
                bot_id=turn.bot_id,
                conversation=conversation,
                before_position=turn.position,
                limit=MOST_TO_SUMMARISE if is_summarised else MOST_EXCHANGES,
            ),
        )
        return choose_history(newest_first, allowance)

    def _allowance(self, resolved: Resolved, question: ChatMessage) -> Allowance:
        bot, model = resolved.bot, resolved.model
        room = model.prompt_budget_tokens(model.output_tokens) - PASSAGE_BYTES - 2 * MESSAGE_TOKENS
        room -= count_bytes(question.text) + count_bytes(bot.system_prompt or "")
        budget = self._history_tokens if bot.history_tokens is None else bot.history_tokens
        return Allowance(budget, room, bot.history_overflow)


def own_messages(turn: ClaimedTurn, system_prompt: str | None) -> Prompt:
    """Return a prompt of the messages that the caller sent itself; its system texts follow the bot's."""
    sent = turn.messages or [{"role": "user", "text": turn.question}]
    systems = [system_prompt or "", *(one["text"] for one in sent if one["role"] == "system")]
    messages = tuple(
        ChatMessage("assistant" if one["role"] == "assistant" else "user", one["text"])
        for one in sent
        if one["role"] != "system"
    )
    return Prompt(messages, "\n\n".join(text for text in systems if text) or None)
