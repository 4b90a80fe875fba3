"""Sends a notice by e-mail, through the installation's own mail server."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from uuid import UUID

import aiosmtplib

from shared.domain.notices import DeliveryError
from shared.settings import Settings


class EmailSender:
    """One SMTP connection a message; the server's words are never kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, address: str, subject: str, text: str, *, notice_id: UUID) -> DeliveryError | None:
        """Send one message; return why the server did not take it, None when it did."""
        if not self._settings.sends_email:
            return DeliveryError.MAIL_NOT_SET_UP
        try:
            message = _message(self._settings.smtp_from or "", address, subject, text, notice_id)
            async with asyncio.timeout(self._settings.notice_timeout_seconds):
                await self._hand_over(message, address)
        except TimeoutError:
            return DeliveryError.TIMEOUT
        except OSError:
            return DeliveryError.CONNECTION
        except (aiosmtplib.SMTPException, ValueError):  # ValueError: no message can be made for this address
            return DeliveryError.MAIL_REFUSED
        return None

    async def _hand_over(self, message: EmailMessage, address: str) -> None:
        await aiosmtplib.send(
            message,
            recipients=[address],
            hostname=self._settings.smtp_host,
            port=self._settings.smtp_port,
            username=self._settings.smtp_username,
            password=self._settings.smtp_password,
            start_tls=self._settings.smtp_starttls,
            timeout=self._settings.notice_timeout_seconds,
        )


def _message(sender: str, recipient: str, subject: str, text: str, notice_id: UUID) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    # the same id from attempt to attempt: mail servers drop a second copy
    message["Message-ID"] = f"<{notice_id}@{sender.rpartition('@')[2] or 'mevichat'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
