"""How a token is drawn: its text is shown once, its row keeps the hash."""

from __future__ import annotations

from uuid import UUID

from shared.domain.token_format import ADMIN_PREFIX, BOT_PREFIX, hash_token, last_four
from shared.ids import new_id, new_token_text
from shared.store.tokens.rows import NewToken, TokenKind


def new_token(workspace_id: UUID, *, bot_id: UUID | None, name: str) -> tuple[NewToken, str]:
    """Draw a token of the bot, or an admin token when no bot is named; return its row and its text."""
    kind, prefix = (TokenKind.BOT, BOT_PREFIX) if bot_id else (TokenKind.ADMIN, ADMIN_PREFIX)
    text = new_token_text(prefix)
    row = NewToken(
        token_id=new_id(),
        workspace_id=workspace_id,
        kind=kind,
        token_hash=hash_token(text),
        last_four=last_four(text),
        name=name,
        bot_id=bot_id,
    )
    return row, text
