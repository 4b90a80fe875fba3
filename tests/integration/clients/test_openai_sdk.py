"""The OpenAI Python SDK sees what docs/clients.md says; `make clients` asks the other clients, too."""

from __future__ import annotations

from tests.clients.asking import ask_client
from tests.clients.bots import environment_of_bots
from tests.clients.expectations import PYTHON, expected_of
from tests.clients.installing import openai_python
from tests.product import Product


async def test_the_openai_python_sdk_sees_in_every_case_what_is_documented(product: Product) -> None:
    assert await ask_client(openai_python(), await environment_of_bots(product)) == expected_of(PYTHON)
