"""What a page says after a form did its work; the address carries only the note's name."""

from __future__ import annotations

NOTES = {
    "key-added": "The key was validated and saved.",
    "key-rotated": "The new key was validated and is in use.",
    "key-tested": "The key was tested.",
    "key-changed": "The key was changed.",
    "key-deleted": "The key was deleted and its text destroyed.",
    "plan-changed": "The plan was changed; turns accepted from now on follow it.",
    "limits-changed": "The limits were changed.",
    "turn-retried": "The turn runs once more.",
    "turns-retried": "All of these turns run once more.",
    "some-turns-retried": "Some of these turns run once more. The others are listed below: they have run meanwhile, or "
    "their workspace has no message or no place left.",
}


def note_of(name: str) -> str | None:
    """Return the sentence of this name, None when there is none: nobody writes our pages by a link."""
    return NOTES.get(name)
