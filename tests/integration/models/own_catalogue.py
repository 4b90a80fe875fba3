"""Catalogues of an installation's own, as a test writes them."""

from __future__ import annotations

from pathlib import Path

FIFTH = """
[[models]]
id = "gpt-6.1-terra"
provider = "openai"
wire_id = "gpt-6.1-terra"
name = "GPT-6.1 Terra"
plan = "pro"
context_tokens = 500000
output_tokens = 1000
rules = "gpt-5"
parameters = { temperature = "pass" }
"""
GPT = """
[[models]]
id = "{model}"
provider = "openai"
wire_id = "{model}"
name = "{model}"
plan = "pro"
context_tokens = 400000
output_tokens = 128000
rules = "gpt-5"
retires_on = {retires_on}
successor = "gpt-6.1-terra"
"""
LONG_PAST, FAR_AWAY = "2001-01-01", "2999-01-01"


def catalogue_file(folder: Path, text: str) -> Path:
    """Write a catalogue for the setting `catalogue_file`."""
    file = folder / "catalogue.toml"
    file.write_text(text, encoding="utf-8")
    return file


def retiring(model: str, retires_on: str) -> str:
    """Return the entry of an OpenAI model with an announced end; the year is far from every clock's."""
    return GPT.format(model=model, retires_on=retires_on)
