"""What the tests of the workspace's pages read from an answer."""

from __future__ import annotations

import re
from html import unescape

from tests.visitor import Answer

SECRET = re.compile(r'id="secret">([^<]+)<')


def secret_of(answer: Answer) -> str:
    """Return what the answer shows this once."""
    shown = SECRET.search(answer.text)
    assert answer.status == 200, answer.text
    assert shown is not None, answer.text
    return unescape(shown[1])


def ids(text: str, what: str) -> list[str]:
    """Return the ids of the rows that can be changed."""
    return re.findall(rf'href="/workspace/{what}/([0-9a-f-]{{36}})/', text)[::2]
