"""What a page says after a form did its work; the address carries only the note's name."""

from __future__ import annotations

NOTES = {
    "key-added": "The key was validated and saved.",
    "key-rotated": "The new key was validated and is in use.",
    "key-tested": "The key was tested.",
    "key-changed": "The key was changed.",
    "key-deleted": "The key was deleted and its text destroyed.",
    "bot-changed": "The bot was changed. Its next message runs on it as it is now.",
    "bot-switched": "The bot was switched. Its next message runs on the new model.",
    "bot-deleted": "The bot was deleted and its tokens revoked.",
    "document-added": "The document was added. The bot answers from it now.",
    "document-deleted": "The document was deleted.",
    "token-revoked": "The token was revoked.",
}


def note_of(name: str) -> str | None:
    """Return the sentence of this name, None when there is none: nobody writes our pages by a link."""
    return NOTES.get(name)
