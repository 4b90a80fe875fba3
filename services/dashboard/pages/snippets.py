"""Code that talks to a bot from a server, with its token in the environment and never in a page; pure."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of code; `id` names it within its page."""

    id: str
    title: str
    code: str


CURL = """\
curl {chat_url}/chat/completions \\
  -H "Authorization: Bearer $MEVICHAT_BOT_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "default", "messages": [{{"role": "user", "content": "Hello"}}]}}'
"""
PYTHON = """\
import os
from openai import OpenAI

client = OpenAI(base_url="{chat_url}", api_key=os.environ["MEVICHAT_BOT_TOKEN"])
reply = client.chat.completions.create(
    model="default",
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(reply.choices[0].message.content)
"""
JAVASCRIPT = """\
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: "{chat_url}", apiKey: process.env.MEVICHAT_BOT_TOKEN }});
const reply = await client.chat.completions.create({{
  model: "default",
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(reply.choices[0].message.content);
"""


def snippets(chat_url: str) -> list[Snippet]:
    """Return the same request as curl, Python and JavaScript write it."""
    codes = (("curl", "curl", CURL), ("python", "Python", PYTHON), ("javascript", "JavaScript (server)", JAVASCRIPT))
    return [Snippet(id_, title, code.format(chat_url=chat_url).strip()) for id_, title, code in codes]


def chat_url_of(settings: Settings) -> str:
    """Return where callers reach the chat API: what the setting says, else the gateway's own host and port.

    Never the host that a request names: a page must not hand out code that sends tokens where a header said.
    """
    host = "localhost" if settings.host in EVERYWHERE else settings.host
    door = f"[{host}]" if ":" in host else host
    return settings.public_chat_url or f"http://{door}:{settings.gateway_port}/v1"


EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 # nosec B104 - compared, not listened on
"""Settings of a host that are no address to call."""
