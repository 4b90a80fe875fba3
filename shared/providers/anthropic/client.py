"""Anthropic's own client, bound to one credential and deaf to the environment."""

from __future__ import annotations

import anthropic
import httpx2

from shared.providers.port import Credential

WORKSPACE_HEADER = "anthropic-workspace-id"


class ExplicitClient(anthropic.AsyncAnthropic):
    """One per call (some 30 microseconds). Never close it: the HTTP client is everybody's."""

    def __init__(self, credential: Credential, base_url: httpx2.URL, http_client: httpx2.AsyncClient) -> None:
        super().__init__(
            api_key=credential.key.open(),
            base_url=base_url,
            http_client=http_client,
            max_retries=0,
            timeout=None,
            open_telemetry=False,
        )
        # What the SDK took from ANTHROPIC_CUSTOM_HEADERS goes again: it could even replace the key.
        workspace_id = credential.anthropic_workspace_id
        self._custom_headers = {WORKSPACE_HEADER: workspace_id} if workspace_id else {}
        # Else every new client asks for it in a thread of its own.
        self._platform = "Unknown"
