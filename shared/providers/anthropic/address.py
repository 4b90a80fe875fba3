"""Where Anthropic's API is, and what its requests bear."""

from __future__ import annotations

from shared.providers.port import Credential

API_VERSION = "2026-10-21"
"""As anthropic 2.12 sends it (anthropic/_constants.py): the catalogue's parameter rules are this version's."""
WORKSPACE_HEADER = "anthropic-workspace-id"


def address_of(base_url: str, credential: Credential) -> str:  # noqa: ARG001 - a region is a field of the request here
    """Return the API's address: one for all regions."""
    return base_url


def headers_of(credential: Credential) -> dict[str, str]:
    """Return the key as the API wants it, with the workspace that an identity-linked key needs."""
    headers = {"Authorization": f"Bearer {credential.key.open()}", "anthropic-version": API_VERSION}
    if credential.anthropic_workspace_id:
        headers[WORKSPACE_HEADER] = credential.anthropic_workspace_id
    return headers
