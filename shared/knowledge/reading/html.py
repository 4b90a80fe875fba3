"""HTML: what a reader of the page sees, with its headings, lists, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shared.knowledge.blocks import Block
from shared.knowledge.reading.html_text import HtmlText
from shared.knowledge.reading.text import decode

UNSEEN = frozenset(
    (
        "script",
        "style",
        "nav",
        "head",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "button",
        "textarea",
    )
)
CHARSET = re.compile(rb"""<meta[^>]+charset=["']?([\w-]+)""", re.IGNORECASE)
CHARSET_WITHIN = 2_048


def read_html(content: bytes) -> list[Block]:
    """Return the blocks of a page in the encoding that it names."""
    named = CHARSET.search(content[:CHARSET_WITHIN])
    return blocks_of_html(decode(content, named and named[1].decode("ascii", errors="replace")))


def blocks_of_html(text: str) -> list[Block]:
    """Return the blocks of the page's body."""
    body = LexborHTMLParser(text).body
    seen = HtmlText()
    for node, is_entered in _walk(body) if body is not None else ():
        if node.is_text_node:
            seen.say(node.text_content or "")
        elif is_entered:
            seen.enter(node.tag or "")
        else:
            seen.leave(node.tag or "", node)
    return seen.end()


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Go through the tree in reading order, into each element and out of it: without recursion, however deep it is."""
    node, depth = root, 0
    while True:
        if node.is_text_node:
            yield node, True
        elif node.tag not in UNSEEN:
            yield node, True
            if node.child is not None:
                node, depth = node.child, depth + 1
                continue
            yield node, False
        while node.next is None or depth == 0:
            if depth == 0 or node.parent is None:
                return
            node, depth = node.parent, depth - 1
            yield node, False
        node = node.next
