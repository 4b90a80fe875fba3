"""Whether Mini's own server answers, takes its key and has its model."""

from __future__ import annotations

from shared.domain.catalogue import MINI, CatalogueError, load_catalogue
from shared.domain.error_types import ErrorType
from shared.domain.secret import Secret
from shared.providers.port import CallFailure, Credential, ProbeAccepted, ProbeRefused, ProbeResult
from shared.providers.registry import open_providers
from shared.settings import Settings

PROBE_SECONDS = 20.0
MOST_MODELS = 5
NO_CREDENTIAL = Credential(Secret(""))
"""The server's own key stands in the settings."""
WRONG_ADDRESS_STATUS = 404


async def check_mini(settings: Settings) -> tuple[str, str | None]:
    """Ask the server for a few words; return what was found, and what to do where something is wrong."""
    try:
        mini = load_catalogue(settings.catalogue_file).models[MINI]
    except CatalogueError:
        return "not known", "Correct the model catalogue first."
    async with open_providers(settings, concurrency=1) as providers:
        result = await providers[mini.provider].probe(NO_CREDENTIAL, [mini], PROBE_SECONDS)
    return _read(result, settings.mini_model)


def _read(result: ProbeResult, model: str) -> tuple[str, str | None]:
    if isinstance(result, ProbeRefused):
        return "refuses the key", "Correct MEVICHAT_MINI_API_KEY: its server refuses it."
    if not isinstance(result, ProbeAccepted):
        return "wrong", _problem(result.failure)
    if result.model is None:
        has = f" It has: {', '.join(result.models[:MOST_MODELS])}." if result.models else ""
        return "lacks the model", f"Its server has no model {model}; correct MEVICHAT_MINI_MODEL.{has}"
    is_listed = result.models is None or model in result.models or f"{model}:latest" in result.models
    return f"answers as {model}" + ("" if is_listed else ", which its list does not name"), None


def _problem(failure: CallFailure) -> str:
    if failure.status == WRONG_ADDRESS_STATUS:
        return "Its server knows no chat/completions there; MEVICHAT_MINI_BASE_URL must end in /v1 on most servers."
    if failure.error is ErrorType.TIMEOUT:
        return f"It did not answer within {PROBE_SECONDS:.0f} s; see its log, or correct MEVICHAT_MINI_BASE_URL."
    if failure.error is ErrorType.CONNECTION:
        return "It does not answer; start it, or correct MEVICHAT_MINI_BASE_URL."
    status = f" with {failure.status}" if failure.status else ""
    return f"It answered{status} ({failure.error.value}); see its log."
