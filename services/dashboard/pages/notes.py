"""What a page says after a form did its work; the address carries only the note's name."""

from __future__ import annotations

NOTES = {
    "key-added": "The key was validated and saved.",
    "key-rotated": "The new key was validated and is in use.",
    "key-tested": "The key was tested.",
    "key-changed": "The key was changed.",
    "key-deleted": "The key was deleted and its text destroyed.",
    "plan-changed": "The plan was changed; turns accepted from now on follow it.",
    "rate-changed": "The limit was changed; messages that come from now on follow it.",
    "retention-changed": "Saved. Texts that are too old go within about an hour.",
    "erasure-unnamed": "The erasure is ordered. No turn names this end user at present; names are compared letter by letter.",
    "erasure-ordered": "The erasure is under way. It goes on when this page is closed.",
    "limits-changed": "The limits were changed.",
    "turns-retried": "All of these turns run once more.",
    "some-turns-retried": "Some of these turns run once more. The others are listed below: they have run meanwhile, or "
    "their workspace has no message or no place left.",
    "turn-retried": "The turn runs again, at its old place.",
    "turn-cancelled": "The turn was cancelled.",
    "token-revoked": "The token was revoked; it opens nothing any more.",
    "member-added": "The member was added and can sign in.",
    "member-changed": "The member's role was changed.",
    "member-removed": "The member was removed; their sessions have ended.",
    "password-changed": "Your password was changed; your other sessions have ended.",
    "notices-changed": "The settings were saved.",
    "notice-sent": "A test notice is on its way.",
    "bot-changed": "The bot was changed. Its next message runs on it as it is now.",
    "bot-switched": "The bot was switched. Its next message runs on the new model.",
    "bot-deleted": "The bot was deleted and its tokens revoked.",
    "document-added": "The document was added. The bot answers from it now.",
    "files-uploaded": "The files were uploaded. The bot answers from each once it is read.",
    "file-replaced": "The file was uploaded. The bot answers from it once it is read.",
    "file-tried-again": "The file is read once more.",
    "document-deleted": "The document was deleted.",
}


def note_of(name: str) -> str | None:
    """Return the sentence of this name, None when there is none: nobody writes our pages by a link."""
    return NOTES.get(name)
