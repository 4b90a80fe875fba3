"""The pages that stand in the menu; pure."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.roles import Role


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link of the menu; `is_here` marks the page that is shown."""

    path: str
    title: str
    is_here: bool


OF_WORKSPACE = (
    ("/", "Overview"),
    ("/keys", "Provider keys"),
    ("/bots", "Bots"),
    ("/usage", "Usage"),
    ("/conversations", "Conversations"),
    ("/workspace", "Workspace"),
)
OF_OPERATOR = (
    ("/operator", "Workspaces"),
    ("/operator/queue", "Queue"),
    ("/operator/turns", "Failed turns"),
)
ELSEWHERE = {"/turns": "/conversations"}
"""Pages that stand below an entry without bearing its path."""


def menu_of(role: Role, path: str) -> list[MenuEntry]:
    """Return the menu of this role; the entry with the longest path that leads here is marked."""
    entries = OF_OPERATOR if role is Role.OPERATOR else OF_WORKSPACE
    here = max((entry for entry, _ in entries if _leads_to(entry, path)), key=len, default=None)
    return [MenuEntry(entry, title, entry == here) for entry, title in entries]


def first_page_of(role: Role) -> str:
    """Return the page that somebody of this role sees first."""
    return menu_of(role, "/")[0].path


def _leads_to(entry: str, path: str) -> bool:
    start = f"/{path.split('/')[1]}"
    path = path.replace(start, ELSEWHERE.get(start, start), 1)
    return path == entry or (entry != "/" and path.startswith(entry + "/"))
