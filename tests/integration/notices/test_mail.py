"""E-mail goes out through the installation's own mail server, as its settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from services.workers.notices.mail import EmailSender
from shared.domain.notices import DeliveryError
from shared.settings import Settings
from tests.certificates import server_context, write_certificate
from tests.integration.notices.receivers import Mailbox, running_mailbox


def sender(mailbox: Mailbox, **fields: Any) -> EmailSender:
    values: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "us@mevichat.example"}
    return EmailSender(Settings(**values | fields))


async def send(through: EmailSender) -> DeliveryError | None:
    return await through.send("you@example.com", "Übjëct", "Text\n", notice_id=UUID(int=1))


async def test_a_message_keeps_its_id_from_attempt_to_attempt(mailbox: Mailbox) -> None:
    for _ in range(2):
        assert await send(sender(mailbox, smtp_starttls=False)) is None

    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"] == f"<{UUID(int=1)}@mevichat.example>"
    assert (first["From"], first["To"]) == ("us@mevichat.example", "you@example.com")
    assert first["Subject"] == "Übjëct"


async def test_nothing_is_said_to_a_server_that_cannot_encrypt(mailbox: Mailbox) -> None:
    assert await send(sender(mailbox)) is DeliveryError.MAIL_REFUSED
    assert mailbox.messages == []


@pytest.mark.parametrize(("password", "error"), [("right", None), ("wrong", DeliveryError.MAIL_REFUSED)])
async def test_a_login_goes_through_an_encrypted_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, password: str, error: DeliveryError | None
) -> None:
    certificate = write_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"me", b"right"), handled=False)

    tls = {"tls_context": server_context(certificate), "require_starttls": True}
    async with running_mailbox(**tls, authenticator=authenticate, auth_required=True) as mailbox:
        through = sender(mailbox, smtp_host="localhost", smtp_username="me", smtp_password=password)
        assert await send(through) is error
        assert len(mailbox.messages) == (error is None)


async def test_without_a_mail_server_or_with_none_listening_the_reason_is_kept(mailbox: Mailbox) -> None:
    assert await send(sender(mailbox, smtp_host=None)) is DeliveryError.MAIL_NOT_SET_UP
    assert await send(sender(mailbox, smtp_from=None)) is DeliveryError.MAIL_NOT_SET_UP
    assert await send(sender(mailbox, smtp_port=1)) is DeliveryError.CONNECTION
