"""A container's health check: `python -m infra.cli.health PORT` exits 0 when the process there is ready."""

from __future__ import annotations

import sys
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import urlopen

ANSWER_WITHIN_SECONDS = 4


def is_ready(url: str) -> bool:
    """Tell whether this health address answers 200."""
    try:
        with urlopen(url, timeout=ANSWER_WITHIN_SECONDS) as answer:  # noqa: S310 - http, of our own settings # nosec B310
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError, HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(f"http://127.0.0.1:{int(sys.argv[1])}/health/ready") else 1)
