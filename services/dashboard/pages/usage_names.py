"""What usage can be grouped by and kept to, by name; what was deleted keeps its name in old figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.errors import invalid
from shared.domain.catalogue import Catalogue
from shared.domain.key_format import DISPLAY_NAMES

NONE = "none"
"""How the address asks for figures of no key, or of no provider: turns that ended before a call."""


@dataclass(frozen=True, slots=True)
class UsageNames:
    """The names of bots and keys (by id), of models and of providers."""

    bots: Mapping[str, str]
    keys: Mapping[str, str]
    models: Mapping[str, str]
    providers: Mapping[str, str]

    def of(self, group: str) -> Mapping[str, str]:
        """Return the names of a group's values, as the address carries them."""
        return {"bot": self.bots, "key": self.keys, "model": self.models, "provider": self.providers}.get(group, {})

    def name_of(self, group: str, value: str) -> str:
        """Return the name of a group's value; a day, and a model that the catalogue lost, stand for themselves."""
        unknown = f"deleted {group} {value}" if group in ("bot", "key") else value
        return self.of(group).get(value, unknown)

    def typed_bot(self, bot: str) -> str:
        """Return how the form shows a bot: by its name, by its id where others have the same name."""
        name = self.bots.get(bot, bot)
        return name if [*self.bots.values()].count(name) == 1 else bot


def usage_names(bots: Mapping[str, str], keys: Mapping[str, str], catalogue: Catalogue) -> UsageNames:
    """Return all names, those of models and providers by the catalogue."""
    providers = dict.fromkeys(model.provider for model in catalogue.models.values())
    return UsageNames(
        bots=bots,
        keys=dict(keys) | {NONE: "No key"},
        models={model.id: model.name for model in catalogue.models.values()},
        providers={provider: DISPLAY_NAMES.get(provider, provider) for provider in providers} | {NONE: "No call"},
    )


def one_of(text: str, known: Mapping[str, str], what: str) -> str:
    """Return the value that the address names, empty for all; raises AdminError 422."""
    if text and text not in known:
        raise invalid(what, f"There is no such {what} in this workspace. Choose one of the list.")
    return text


def bot_of(text: str, bots: Mapping[str, str]) -> str:
    """Return the id of the bot that was typed, by id or by name, empty for all; raises AdminError 422."""
    if not text or text in bots:
        return text
    named = [bot_id for bot_id, name in bots.items() if name.casefold() == text.casefold()]
    if not named:
        raise invalid("bot", "No bot of this workspace has this name or id.")
    if len(named) > 1:
        raise invalid("bot", f"{len(named)} bots have this name; choose one from the figures by bot.")
    return named[0]
