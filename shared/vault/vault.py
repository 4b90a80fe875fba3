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
from shared.vault.places import PROVIDER_KEY, WEBHOOK_SECRET, Place

FINGERPRINT_PURPOSE = b"mevichat key fingerprint 1"
CACHED_ROWS = 16_384
"""Some 1 KB each: as many keys as a worker keeps configurations of workspaces."""
OPENS_NOT = "no master key opens this row"


class Vault:
    """Fernet under a key that HKDF-SHA256 (RFC 5869) derives per purpose, workspace and row.

    A ciphertext moved to another row, to another workspace, or to where another kind of secret stands, does not open.
    """

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys
        self._ciphers = lru_cache(maxsize=CACHED_ROWS)(self._derive)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secret: Secret, *, workspace_id: UUID, key_id: UUID) -> bytes:
        """Encrypt a key's text for one row, under the newest master key."""
        return self._seal(secret, PROVIDER_KEY.info(workspace_id, key_id))

    def open(self, sealed: bytes, *, workspace_id: UUID, key_id: UUID) -> Secret:
        """Decrypt a row's key under any of the master keys.

        Raises:
            CannotOpenError: no master key opens it, or it was sealed for another row.

        """
        return self.open_in(PROVIDER_KEY, sealed, workspace_id=workspace_id, row_id=key_id)

    def seal_webhook_secret(self, secret: Secret, *, workspace_id: UUID) -> bytes:
        """Encrypt the secret that signs a workspace's webhooks, under the newest master key."""
        return self._seal(secret, WEBHOOK_SECRET.info(workspace_id, workspace_id))

    def open_webhook_secret(self, sealed: bytes, *, workspace_id: UUID) -> Secret:
        """Decrypt a workspace's webhook secret under any of the master keys; raises CannotOpenError."""
        return self.open_in(WEBHOOK_SECRET, sealed, workspace_id=workspace_id, row_id=workspace_id)

    def open_in(self, place: Place, sealed: bytes, *, workspace_id: UUID, row_id: UUID) -> Secret:
        """Decrypt what is sealed in a place, under any of the master keys; raises CannotOpenError."""
        try:
            return Secret(MultiFernet(self._ciphers(place.info(workspace_id, row_id))).decrypt(sealed).decode())
        except InvalidToken:
            raise CannotOpenError(OPENS_NOT) from None

    def renewed(self, place: Place, sealed: bytes, *, workspace_id: UUID, row_id: UUID) -> bytes | None:
        """Return the same secret sealed under the newest master key, or None where it is already; raises CannotOpenError."""
        info = place.info(workspace_id, row_id)
        try:
            self._ciphers(info)[0].decrypt(sealed)
        except InvalidToken:
            return self._seal(self.open_in(place, sealed, workspace_id=workspace_id, row_id=row_id), info)
        return None

    def fingerprint(self, secret: Secret, *, workspace_id: UUID) -> bytes:
        """Return a keyed hash by which one workspace's equal keys are recognised, and no other's."""
        return self.fingerprints(secret, workspace_id=workspace_id)[0]

    def fingerprints(self, secret: Secret, *, workspace_id: UUID) -> tuple[bytes, ...]:
        """Return the fingerprint under each master key, the newest first: a row may still bear an older one."""
        return tuple(_fingerprint(master, secret, workspace_id) for master in self._master_keys.keys)

    def _seal(self, secret: Secret, info: bytes) -> bytes:
        return self._ciphers(info)[0].encrypt(secret.open().encode())

    def _derive(self, info: bytes) -> tuple[Fernet, ...]:
        keys = (_derive_bytes(master, info) for master in self._master_keys.keys)
        return tuple(Fernet(base64.urlsafe_b64encode(key)) for key in keys)


def _fingerprint(master: bytes, secret: Secret, workspace_id: UUID) -> bytes:
    digest = hmac.HMAC(_derive_bytes(master, FINGERPRINT_PURPOSE + workspace_id.bytes), hashes.SHA256())
    digest.update(secret.open().encode())
    return digest.finalize()


def _derive_bytes(master: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)
