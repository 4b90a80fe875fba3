"""The scripts that Redis runs for limits and rates, and the commands that call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID

from redis.exceptions import NoScriptError

from shared.redis_lane import Command, RedisLane, sound


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text, and the name by which Redis knows it once it has been taught."""

    text: str
    sha: str

    def command(self, keys: Sequence[str], *arguments: str | int) -> Command:
        """Return the call of this script."""
        return ("EVALSHA", self.sha, len(keys), *keys, *arguments)


class Scripts(NamedTuple):
    """The three scripts of a key's limit."""

    renew: Script
    release: Script
    acquire: Script


class RateScripts(NamedTuple):
    """The two scripts of the rates of messages."""

    take: Script
    give_back: Script


def load_scripts() -> Scripts:
    """Read the scripts of a key's limit."""
    return Scripts(*(_load(f"{name}.lua") for name in ("renew", "release", "acquire")))


def load_rate_scripts() -> RateScripts:
    """Read the scripts of the rates of messages."""
    return RateScripts(_load("take_messages.lua"), _load("return_messages.lua"))


def _load(name: str) -> Script:
    text = files("shared.limits").joinpath(name).read_text(encoding="utf-8")
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def limit_key(key_id: UUID, key_version: int) -> str:
    """Return where Redis keeps what is known of a key's limit; a rotated key begins anew."""
    return f"mevichat:limit:{{{key_id}:{key_version}}}"


def permits_key(key_id: UUID, key_version: int) -> str:
    """Return where Redis keeps a key's permits, on the same node as its limit."""
    return f"{limit_key(key_id, key_version)}:permits"


async def run_commands(lane: RedisLane, commands: Sequence[Command], scripts: Iterable[Script]) -> list[Any]:
    """Send the commands together and return their replies.

    A Redis that forgot a script is taught it, and what it did not know is sent again. Raises the RedisError of the
    first command that failed.
    """
    replies = await lane.exchange(commands)
    unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if unknown:
        await lane.run([("SCRIPT", "LOAD", script.text) for script in scripts])
        again = await lane.exchange([commands[at] for at in unknown])
        for at, reply in zip(unknown, again, strict=True):
            replies[at] = reply
    return sound(replies)
