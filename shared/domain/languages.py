"""The languages that a bot's documents are searched in: PostgreSQL's own, by name or ISO 639 code. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AUTO: Final = "auto"
"""Each passage's language is recognised."""
SIMPLE: Final = "simple"
"""Words as they stand: no endings are cut, no common word is left out."""
LANGUAGES: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "nn": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
LANGUAGE_NAMES: Final = (AUTO, SIMPLE, *sorted(set(LANGUAGES.values())))
LONGEST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class ChosenLanguage:
    """The language as it is kept; `note` says what was done when the asked one is not known."""

    name: str
    note: str | None = None


def choose_language(asked: str) -> ChosenLanguage:
    """Return the language that is meant: a name, an ISO 639 code, also with a country ("de-AT"); an unknown one is SIMPLE."""
    name = asked.strip().lower()
    code = name.replace("_", "-").partition("-")[0]
    if name in LANGUAGE_NAMES:
        return ChosenLanguage(name)
    if code in LANGUAGES:
        return ChosenLanguage(LANGUAGES[code])
    shown = name[:LONGEST_SHOWN]
    return ChosenLanguage(
        SIMPLE,
        f'language "{shown}" is not known, so words are compared as they stand ("{SIMPLE}"); '
        f"known are {', '.join(LANGUAGE_NAMES)} and ISO 639 codes like de.",
    )
