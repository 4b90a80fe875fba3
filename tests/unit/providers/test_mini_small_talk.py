"""Small talk is answered plainly, in the user's language, and never as if a model or a person spoke."""

from __future__ import annotations

import pytest

from shared.domain.wording import ENGLISH, languages
from shared.providers.mini.phrases import phrases, small_talk, without_greeting

GREETING, WELL_BEING, THANKS, GOODBYE, IDENTITY, HUMAN, ABILITIES = range(7)


@pytest.mark.parametrize(
    ("said", "code", "kind"),
    [
        ("Hello!", "en", GREETING),
        ("Hi there", "en", GREETING),
        ("Hello, how are you?", "en", WELL_BEING),
        ("Thanks a lot!", "en", THANKS),
        ("bye", "en", GOODBYE),
        ("Who are you?", "en", IDENTITY),
        ("What's your name?", "en", IDENTITY),
        ("Are you a human?", "en", HUMAN),
        ("are you an AI", "en", HUMAN),
        ("Am I talking to a real person or a bot?", "en", HUMAN),
        ("What can you do?", "en", ABILITIES),
        ("help", "en", ABILITIES),
        ("Guten Tag", "de", GREETING),
        ("Vielen Dank!", "de", THANKS),
        ("Auf Wiedersehen", "de", GOODBYE),
        ("Wer bist du?", "de", IDENTITY),
        ("Bist du ein Mensch?", "de", HUMAN),
        ("Sind Sie eine KI?", "de", HUMAN),
        ("Was kannst du?", "de", ABILITIES),
        ("Bonjour !", "fr", GREETING),
        ("Merci beaucoup", "fr", THANKS),
        ("Au revoir", "fr", GOODBYE),
        ("Qui êtes-vous ?", "fr", IDENTITY),
        ("Êtes-vous un humain ?", "fr", HUMAN),
        ("Que pouvez-vous faire ?", "fr", ABILITIES),
        ("¡Hola!", "es", GREETING),
        ("Muchas gracias", "es", THANKS),
        ("Hasta luego", "es", GOODBYE),
        ("¿Quién eres?", "es", IDENTITY),
        ("¿Eres un robot?", "es", HUMAN),
        ("¿Qué puedes hacer?", "es", ABILITIES),
    ],
)
def test_small_talk_is_answered_in_its_own_language(said: str, code: str, kind: int) -> None:
    assert small_talk(said, languages()[ENGLISH]) == [*phrases()[code].talk.values()][kind].reply


@pytest.mark.parametrize(
    "question", ["Who are you shipping with?", "What can you do about a torn shade?", "Thanksgiving", "Hi-fi?"]
)
def test_a_question_that_begins_like_small_talk_is_none(question: str) -> None:
    assert small_talk(question, languages()[ENGLISH]) is None


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Good morning, when do you open?", "when do you open?"),
        ("When do you open? Thank you very much!", "When do you open? "),
        ("When do you open?", "When do you open?"),
        ("hello", "hello"),
    ],
)
def test_a_greeting_beside_a_question_is_put_aside(message: str, question: str) -> None:
    assert without_greeting(message, languages()[ENGLISH]) == question


@pytest.mark.parametrize("code", ["en", "de", "fr", "es"])
def test_every_language_knows_every_kind(code: str) -> None:
    assert len(phrases()[code].talk) == ABILITIES + 1
