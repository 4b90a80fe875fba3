"""OpenAI's own client, bound to one credential and deaf to the environment."""

from __future__ import annotations

from functools import lru_cache

import httpx2
import openai

from shared.domain.key_address import REGIONS as KNOWN_REGIONS
from shared.providers.port import Credential

OFFICIAL_BASE_URL = "https://api.openai.com/v1"
REGIONS = frozenset(KNOWN_REGIONS["openai"])
"""Data residency, as in openai/_data_residency.py of openai 3.54: each region has its own host."""


class ExplicitClient(openai.AsyncOpenAI):
    """One per call (some 30 microseconds). Never close it: the HTTP client is everybody's."""

    def __init__(self, credential: Credential, base_url: str, http_client: httpx2.AsyncClient) -> None:
        super().__init__(
            api_key=credential.key.open(),
            base_url=regional_base_url(base_url, credential.region),
            http_client=http_client,
            max_retries=0,
            timeout=None,
        )
        # What the SDK took from OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS goes again;
        # the last could even replace the key. There is no argument that says "none".
        self.organization = credential.organization
        self.project = credential.project
        self.admin_api_key = None
        self._custom_headers = {}
        # Else every new client asks for it in a thread of its own.
        self._platform = "Unknown"


@lru_cache(maxsize=32)
def regional_base_url(base_url: str, region: str | None) -> httpx2.URL:
    """Return the region's own host; only the official API has such, other servers stay as they are."""
    if base_url == OFFICIAL_BASE_URL and region in REGIONS:
        base_url = base_url.replace("//api.", f"//{region}.api.")
    return httpx2.URL(base_url + "/")
