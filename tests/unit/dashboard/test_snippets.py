"""The code that the pages give away."""

from __future__ import annotations

import ast

from services.dashboard.pages.snippets import chat_url_of, snippets
from shared.settings import Settings


def test_every_snippet_names_the_address_and_takes_the_token_from_the_environment() -> None:
    for snippet in snippets("https://chat.example/v1"):
        assert "https://chat.example/v1" in snippet.code
        assert "MEVICHAT_BOT_TOKEN" in snippet.code
        assert "mvb_" not in snippet.code


def test_the_python_snippet_is_python() -> None:
    (python,) = [snippet.code for snippet in snippets("https://chat.example/v1") if snippet.id == "python"]

    assert ast.parse(python)


def test_the_chat_address_is_the_settings_or_the_gateways_own() -> None:
    named = Settings(public_chat_url="https://chat.example/v1/")

    assert chat_url_of(named) == "https://chat.example/v1"
    assert chat_url_of(Settings(gateway_port=1, host="10.0.0.7")) == "http://10.0.0.7:1/v1"
    assert chat_url_of(Settings(gateway_port=1, host="::1")) == "http://[::1]:1/v1"
    assert chat_url_of(Settings(gateway_port=1, host="0.0.0.0")) == "http://localhost:1/v1"
