"""What is said of an erasure that finds nobody. Pure."""

from __future__ import annotations


def unnamed_user(user: str) -> str:
    """Say that no turn of the workspace names this end user: the order stands, but the name may be mistyped."""
    return f"No turn names {user} at present; names are compared letter by letter."
