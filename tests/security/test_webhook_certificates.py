"""A webhook's receiver must prove its name, though we connect to an address that we chose."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.workers.notices.resolver import PublicResolver
from services.workers.notices.webhook import WebhookSender
from shared.domain.notices import DeliveryError
from shared.domain.secret import Secret
from shared.ids import new_webhook_secret
from tests.certificates import server_context, write_certificate
from tests.integration.notices.receivers import running_receiver

NAME = "hooks.example.com"


@pytest.fixture(autouse=True)
def _all_names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(_: PublicResolver, host: str, port: int, family: int) -> list[tuple[int, str]]:
        return [(2, "127.0.0.1")]

    monkeypatch.setattr(PublicResolver, "_look_up", look_up)


async def send(url: str) -> DeliveryError | None:
    async with WebhookSender.open(concurrency=1, timeout_seconds=5, allow_private=True) as sender:
        secret, now = Secret(new_webhook_secret()), datetime(2026, 3, 1, tzinfo=UTC)
        return await sender.send(url, b"{}", notice_id=UUID(int=1), secret=secret, now=now)


@pytest.mark.parametrize(
    ("certified", "trusted", "error"),
    [
        (NAME, True, None),
        ("other.example.com", True, DeliveryError.CERTIFICATE_REFUSED),
        (NAME, False, DeliveryError.CERTIFICATE_REFUSED),
    ],
)
async def test_only_a_trusted_certificate_of_the_very_name_gets_the_notice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, certified: str, trusted: bool, error: DeliveryError | None
) -> None:
    certificate = write_certificate(tmp_path, certified)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with running_receiver(tls=server_context(certificate)) as receiver:
        url = receiver.url.replace("http://127.0.0.1", f"https://{NAME}")
        assert await send(url) is error
        assert len(receiver.posts) == (error is None)
