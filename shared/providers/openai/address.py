"""Where OpenAI's API is, and what its requests bear."""

from __future__ import annotations

from shared.domain.key_address import REGIONS as KNOWN_REGIONS
from shared.providers.port import Credential

OFFICIAL_BASE_URL = "https://api.openai.com/v1"
REGIONS = frozenset(KNOWN_REGIONS["openai"])
"""Data residency, as in openai/_data_residency.py of openai 3.54: each region has its own host."""


def address_of(base_url: str, credential: Credential) -> str:
    """Return the region's own host; only the official API has such, other servers stay as they are."""
    if base_url == OFFICIAL_BASE_URL and credential.region in REGIONS:
        return base_url.replace("//api.", f"//{credential.region}.api.")
    return base_url


def headers_of(credential: Credential) -> dict[str, str]:
    """Return the key as the API wants it, with its organisation and project where it has them."""
    headers = {"Authorization": f"Bearer {credential.key.open()}"}
    if credential.organization:
        headers["OpenAI-Organization"] = credential.organization
    if credential.project:
        headers["OpenAI-Project"] = credential.project
    return headers
