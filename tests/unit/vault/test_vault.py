"""The vault: what opens where, and which master keys are refused."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from shared.domain.secret import Secret
from shared.vault.errors import CannotOpenError, MasterKeyError
from shared.vault.master_keys import MasterKeys, new_master_key, parse_master_keys
from shared.vault.places import PROVIDER_KEY
from shared.vault.vault import Vault

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
WORKSPACE, KEY, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SECRET = Secret("sk-planted-secret")


def test_a_sealed_key_opens_in_its_own_row_only() -> None:
    vault = Vault(MasterKeys((NEW,)))
    sealed = vault.seal(SECRET, workspace_id=WORKSPACE, key_id=KEY)

    assert vault.open(sealed, workspace_id=WORKSPACE, key_id=KEY).open() == SECRET.open()
    for workspace_id, key_id in ((OTHER, KEY), (WORKSPACE, OTHER)):
        with pytest.raises(CannotOpenError):
            vault.open(sealed, workspace_id=workspace_id, key_id=key_id)


def test_after_a_new_master_key_old_rows_open_and_are_sealed_anew_under_the_newest() -> None:
    sealed = Vault(MasterKeys((OLD,))).seal(SECRET, workspace_id=WORKSPACE, key_id=KEY)
    both = Vault(MasterKeys((NEW, OLD)))

    renewed = both.renewed(PROVIDER_KEY, sealed, workspace_id=WORKSPACE, row_id=KEY)

    assert renewed is not None
    assert both.renewed(PROVIDER_KEY, renewed, workspace_id=WORKSPACE, row_id=KEY) is None
    only_new = Vault(MasterKeys((NEW,)))
    assert only_new.open(renewed, workspace_id=WORKSPACE, key_id=KEY).open() == SECRET.open()
    with pytest.raises(CannotOpenError):
        only_new.open(sealed, workspace_id=WORKSPACE, key_id=KEY)


def test_a_fingerprint_tells_equal_keys_of_one_workspace_and_says_nothing_across_workspaces() -> None:
    vault = Vault(MasterKeys((NEW, OLD)))

    first = vault.fingerprint(SECRET, workspace_id=WORKSPACE)

    assert first == vault.fingerprint(Secret(SECRET.open()), workspace_id=WORKSPACE)
    assert first != vault.fingerprint(SECRET, workspace_id=OTHER)


def test_a_fingerprint_of_before_a_new_master_key_is_still_recognised() -> None:
    before = Vault(MasterKeys((OLD,))).fingerprint(SECRET, workspace_id=WORKSPACE)
    vault = Vault(MasterKeys((NEW, OLD)))

    assert before in vault.fingerprints(SECRET, workspace_id=WORKSPACE)
    assert before != vault.fingerprint(SECRET, workspace_id=WORKSPACE)


def test_no_repr_shows_a_key() -> None:
    keys = MasterKeys((NEW,))

    assert repr(keys) == "MasterKeys()"
    assert repr(Vault(keys)) == "Vault()"


def test_a_new_master_key_is_accepted_beside_an_old_one() -> None:
    text = f"{new_master_key()},{base64.urlsafe_b64encode(OLD).decode()}"

    assert len(parse_master_keys(text).keys) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "is missing"),
        (" , ", "is missing"),
        ("not base64!", "is not URL-safe base64"),
        (base64.urlsafe_b64encode(b"short").decode(), "is shorter than 32 bytes"),
        (base64.urlsafe_b64encode(b"\0" * 32).decode(), "looks like an example"),
        (base64.urlsafe_b64encode(b"changeme" + bytes(range(40))).decode(), "looks like an example"),
        (",".join([base64.urlsafe_b64encode(OLD).decode()] * 2), "names a key twice"),
    ],
)
def test_a_missing_short_or_example_master_key_is_refused_with_the_fix(text: str | None, problem: str) -> None:
    with pytest.raises(MasterKeyError, match=problem) as refused:
        parse_master_keys(text)

    assert "MEVICHAT_MASTER_KEYS" in str(refused.value)


def test_a_webhook_secret_opens_for_its_workspace_only_and_no_key_opens_as_one() -> None:
    vault = Vault(MasterKeys((NEW,)))
    sealed = vault.seal_webhook_secret(SECRET, workspace_id=WORKSPACE)

    assert vault.open_webhook_secret(sealed, workspace_id=WORKSPACE).open() == SECRET.open()
    with pytest.raises(CannotOpenError):
        vault.open_webhook_secret(sealed, workspace_id=OTHER)
    with pytest.raises(CannotOpenError):
        vault.open(sealed, workspace_id=WORKSPACE, key_id=KEY)
    key = vault.seal(SECRET, workspace_id=WORKSPACE, key_id=KEY)
    with pytest.raises(CannotOpenError):
        vault.open_webhook_secret(key, workspace_id=WORKSPACE)
