"""How a request enters a system: path, headers and model, the same for every generator of load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUESTION = "What is your name?"
CHAT_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Door:
    """One tenant's way in; `repr` shows no header, a token may be among them."""

    headers: Mapping[str, str]
    model: str = "gpt-5-mini"
    path: str = CHAT_PATH

    def __repr__(self) -> str:
        return f"Door({self.path}, {self.model})"

    def request(self, question: str = QUESTION, **fields: Any) -> bytes:
        """Return the bytes of one chat request."""
        message = {"role": "user", "content": question}
        return self.post({"model": self.model, "messages": [message], **fields})

    def post(self, body: Mapping[str, Any]) -> bytes:
        """Return the bytes of a POST of this body."""
        payload = json.dumps(body).encode()
        headers = {
            "Host": "bench",
            "Content-Type": "application/json",
            **self.headers,
            "Content-Length": str(len(payload)),
        }
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + payload


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
