"""Webhooks are signed as Standard Webhooks says."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks import Webhook

from services.workers.notices.webhook import signed_headers
from shared.domain.secret import Secret
from shared.ids import new_webhook_secret

NOTICE = UUID(int=5)
AT = datetime(2026, 3, 1, 12, 0, 0, 900_000, tzinfo=UTC)


def test_the_published_vector_comes_out() -> None:
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signature = webhook.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), '{"test": 2432232314}'
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_id_timestamp_and_signature_stand_in_the_headers() -> None:
    secret = Secret(new_webhook_secret())

    headers = signed_headers(b'{"a":1}', notice_id=NOTICE, secret=secret, now=AT)

    assert headers["webhook-id"] == str(NOTICE)
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    whole_second = AT.replace(microsecond=0)
    assert headers["webhook-signature"] == Webhook(secret.open()).sign(str(NOTICE), whole_second, '{"a":1}')


def test_another_body_or_another_secret_gives_another_signature() -> None:
    secret, other = Secret(new_webhook_secret()), Secret(new_webhook_secret())

    signatures = {
        signed_headers(body, notice_id=NOTICE, secret=key, now=AT)["webhook-signature"]
        for body, key in ((b"a", secret), (b"b", secret), (b"a", other))
    }

    assert len(signatures) == 3


def test_a_drawn_secret_has_the_form_that_receivers_expect() -> None:
    first, second = new_webhook_secret(), new_webhook_secret()

    assert first.startswith("whsec_")
    assert first != second
    assert len(first) == len("whsec_") + 44
