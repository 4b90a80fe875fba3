"""The keys of a made-up history: sealed like real ones, but no provider knows them."""

from __future__ import annotations

from uuid import UUID

from infra.cli.store_access import ACTOR, RefusedError
from shared.clock import utc_now
from shared.domain.error_types import ErrorType
from shared.domain.key_format import mask_key
from shared.domain.key_states import KeyState
from shared.domain.reasons import reason_of_failure
from shared.domain.secret import Secret
from shared.ids import new_id, new_token_text
from shared.settings import Settings
from shared.store.database import Database
from shared.store.keys.rows import NewKey, Standing
from shared.store.keys.write import insert_key
from shared.vault.master_keys import parse_master_keys
from shared.vault.vault import Vault

PREFIXES = {"anthropic": "sk-ant-api03-", "openai": "sk-proj-"}
LABELS = (("anthropic", "Anthropic"), ("openai", "OpenAI"), ("openai", "OpenAI marketing"), ("openai", "OpenAI of old"))
BROKEN = "OpenAI marketing"


async def add_keys(settings: Settings, database: Database, workspace_id: UUID) -> dict[str, list[UUID]]:
    """Save the keys and return their ids by provider; one of them was refused.

    Raises:
        RefusedError: there is no master key to seal them under.

    """
    if settings.master_keys is None:
        message = "The keys cannot be sealed: set MEVICHAT_MASTER_KEYS, or start the product first."
        raise RefusedError(message)
    vault, keys = Vault(parse_master_keys(settings.master_keys)), dict[str, list[UUID]]()
    for provider, label in LABELS:
        key = _key(vault, workspace_id, provider, label)
        await insert_key(database, key, actor=ACTOR)
        keys.setdefault(provider, []).append(key.key_id)
    return keys


def _key(vault: Vault, workspace_id: UUID, provider: str, label: str) -> NewKey:
    key_id, text = new_id(), Secret(new_token_text(PREFIXES[provider]))
    return NewKey(
        key_id=key_id,
        workspace_id=workspace_id,
        provider=provider,
        label=label,
        mask=mask_key(text),
        sealed=vault.seal(text, workspace_id=workspace_id, key_id=key_id),
        fingerprint=vault.fingerprint(text, workspace_id=workspace_id),
        standing=_refused(provider) if label == BROKEN else Standing(),
    )


def _refused(provider: str) -> Standing:
    error = ErrorType.KEY_REFUSED
    reason = reason_of_failure(error, provider=provider, at=utc_now(), status=401, code="invalid_api_key")
    return Standing(KeyState.INVALID, error, reason, 401, "invalid_api_key")
