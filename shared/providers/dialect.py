"""What tells one provider from another: its paths, headers, bodies, events and errors. Pure, one value a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.providers.error_table import Reported, Rule
from shared.providers.parameters import Travelling
from shared.providers.port import ChatCall, Credential
from shared.providers.reading import Reading


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream as it came: its name, where it has one, and its data."""

    name: bytes | None
    data: bytes


class Skip:
    """An event that says nothing to us."""


class End:
    """The event after which nothing more comes."""


EventValue = object
"""The JSON of an event, `Skip` or `End`."""


class ReadError(Protocol):
    """Reads an error's body, with the status and headers of the answer; an error inside a stream has no status."""

    def __call__(self, body: object, status: int | None, headers: Mapping[str, str]) -> Reported:
        """Return what the provider reported."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's ways.

    `needs` names a module that a call's request is built with and that is costly to import, or None.
    `whole_instead` returns the body for a whole answer where a stream's error says that the account may have the answer,
    only not in a stream; else None.
    """

    chat_path: str
    models_path: str
    errors: Sequence[Rule]
    probe_parameters: Mapping[str, Any]
    address_of: Callable[[str, Credential], str]
    headers_of: Callable[[Credential], dict[str, str]]
    build_request: Callable[[ChatCall], tuple[dict[str, Any], Travelling]]
    read_headers: Callable[[Mapping[str, str], Reading], None]
    read_whole: Callable[[object, Reading], None]
    open_reader: Callable[[Reading], Callable[[object], None]]
    read_event: Callable[[ServerEvent, Mapping[str, str]], EventValue]
    read_error: ReadError
    whole_instead: Callable[[Reported, Mapping[str, Any]], dict[str, Any] | None]
    needs: Callable[[ChatCall], str | None]
