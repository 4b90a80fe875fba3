"""What no caller may ever be answered; pure."""

from __future__ import annotations

import orjson

from tests.security.fuzz.requests import MadeUp
from tests.security.fuzz.wire import Answer

TRACES = (
    b"Traceback",
    b'File "/',
    b"sqlalchemy",
    b"asyncpg",
    b"pydantic",
    b"SELECT ",
    b"Internal Server Error",
    b"object at 0x",
    b"Exception",
    b"KeyError",
)
PROVIDER_SAID_NO = 502


def problem_of(made_up: MadeUp, answer: Answer) -> str | None:
    """Return what is wrong with an answer; None when all is as it should be."""
    if answer.status >= 500 and not _is_provider(answer):
        return f"failed inside: {answer.status}"
    found = next((trace for trace in TRACES if trace in answer.body), None)
    if found is not None:
        return f"leaks {found!r}"
    if "a=b" in answer.headers.get("set-cookie", ""):
        return "a header made by the request"
    if not answer.headers.get("location", "/").startswith("/"):
        return f"leads to {answer.headers['location']!r}"
    if answer.status >= 400 and made_up.method != "HEAD" and not _says_why(answer):
        return f"{answer.status} without a sentence"
    return None


def _is_provider(answer: Answer) -> bool:
    return answer.status == PROVIDER_SAID_NO and (b'"provider_error"' in answer.body or b"<h1>" in answer.body)


def _says_why(answer: Answer) -> bool:
    if answer.headers.get("content-type", "").startswith("text/html"):
        return b"</html>" in answer.body
    try:
        error = orjson.loads(answer.body)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return bool(error["message"]) and bool(error["code"]) and bool(error["type"])
