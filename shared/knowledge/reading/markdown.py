"""Markdown: by way of the HTML that it stands for."""

from __future__ import annotations

from shared.knowledge.blocks import Block
from shared.knowledge.reading.html import blocks_of_html
from shared.knowledge.reading.text import decode


def read_markdown(content: bytes) -> list[Block]:
    """Return the blocks of CommonMark with tables."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - with the first Markdown file

    return blocks_of_html(MarkdownIt("commonmark").enable("table").render(decode(content)))
