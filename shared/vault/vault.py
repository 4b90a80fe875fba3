"""Seals provider keys and webhook secrets so that each opens in its own row only."""

from __future__ import annotations

import base64
from functools import lru_cache
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.domain.secret import Secret
from shared.vault.errors import CannotOpenError
from shared.vault.master_keys import KEY_BYTES, MasterKeys

PURPOSE = b"mevichat provider key 1"
WEBHOOK_PURPOSE = b"mevichat webhook secret 1"
FINGERPRINT_PURPOSE = b"mevichat key fingerprint 1"
CACHED_ROWS = 4096


class Vault:
    """Fernet under a key that HKDF-SHA256 (RFC 5869) derives per purpose, workspace and row.

    A ciphertext moved to another row, to another workspace, or to where another kind of secret stands, does not open.
    """

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys
        self._fernet = lru_cache(maxsize=CACHED_ROWS)(self._derive)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secret: Secret, *, workspace_id: UUID, key_id: UUID) -> bytes:
        """Encrypt a key's text for one row, under the newest master key."""
        return self._fernet(PURPOSE + workspace_id.bytes + key_id.bytes).encrypt(secret.open().encode())

    def open(self, sealed: bytes, *, workspace_id: UUID, key_id: UUID) -> Secret:
        """Decrypt a row's key under any of the master keys.

        Raises:
            CannotOpenError: no master key opens it, or it was sealed for another row.

        """
        return self._open(sealed, PURPOSE + workspace_id.bytes + key_id.bytes)

    def reseal(self, sealed: bytes, *, workspace_id: UUID, key_id: UUID) -> bytes:
        """Encrypt a row's key anew under the newest master key; raises CannotOpenError."""
        secret = self.open(sealed, workspace_id=workspace_id, key_id=key_id)
        return self.seal(secret, workspace_id=workspace_id, key_id=key_id)

    def seal_webhook_secret(self, secret: Secret, *, workspace_id: UUID) -> bytes:
        """Encrypt the secret that signs a workspace's webhooks, under the newest master key."""
        return self._fernet(WEBHOOK_PURPOSE + workspace_id.bytes).encrypt(secret.open().encode())

    def open_webhook_secret(self, sealed: bytes, *, workspace_id: UUID) -> Secret:
        """Decrypt a workspace's webhook secret under any of the master keys; raises CannotOpenError."""
        return self._open(sealed, WEBHOOK_PURPOSE + workspace_id.bytes)

    def fingerprint(self, secret: Secret, *, workspace_id: UUID) -> bytes:
        """Return a keyed hash by which one workspace's equal keys are recognised, and no other's."""
        derived = _derive_bytes(self._master_keys.keys[-1], FINGERPRINT_PURPOSE + workspace_id.bytes)
        digest = hmac.HMAC(derived, hashes.SHA256())
        digest.update(secret.open().encode())
        return digest.finalize()

    def _open(self, sealed: bytes, info: bytes) -> Secret:
        try:
            return Secret(self._fernet(info).decrypt(sealed).decode())
        except InvalidToken:
            message = "no master key opens this row"
            raise CannotOpenError(message) from None

    def _derive(self, info: bytes) -> MultiFernet:
        keys = [_derive_bytes(master, info) for master in self._master_keys.keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _derive_bytes(master: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)
