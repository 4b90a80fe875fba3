"""What each client sees in each case; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.measuring.markdown import table_lines

WORKS = "works"
PYTHON, NODE, LANGCHAIN, LLM = "openai (Python)", "openai (Node)", "langchain-openai", "llm"
CLIENTS = (PYTHON, NODE, LANGCHAIN, LLM)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One case: its name in the programs, what it is in the table, and what each client is to see.

    A client that is not named in `seen` is not asked.
    """

    case: str
    label: str
    seen: Mapping[str, str]


def _by_all(*clients: str, outcome: str = WORKS) -> dict[str, str]:
    return dict.fromkeys(clients or CLIENTS, outcome)


SDKS = (PYTHON, NODE)
LIBRARIES = (PYTHON, NODE, LANGCHAIN)
EXPECTATIONS = (
    Expectation("whole", "a whole reply with its tokens", _by_all()),
    Expectation("stream", "a stream", _by_all()),
    Expectation("stream_usage", "a stream with `stream_options.include_usage`", _by_all(*LIBRARIES)),
    Expectation("stream_context", "the SDK's own stream object (`chat.completions.stream`)", _by_all(*SDKS)),
    Expectation("async", "async, whole and streamed", _by_all(PYTHON, LANGCHAIN)),
    Expectation("history", "the caller's own history, text parts, `system` and `developer`", _by_all()),
    Expectation("conversation", "`conversation`: the history is the product's", _by_all(*LIBRARIES)),
    Expectation("parameters", "`user` or `Mevichat-User`, `temperature`, `max_completion_tokens`", _by_all()),
    Expectation("raw_headers", "response headers (`Mevichat-Turn-Status`)", _by_all(*LIBRARIES)),
    Expectation("idempotency", "`Idempotency-Key`", _by_all(*LIBRARIES)),
    Expectation("later", "`Prefer: respond-async` by the raw response", _by_all(*SDKS)),
    Expectation("json_mode", "`response_format` (a model that takes it)", _by_all(*LIBRARIES)),
    Expectation("models", "`models.list`", _by_all(*SDKS)),
    Expectation("one_model", "`models.retrieve`", _by_all(*SDKS)),
    Expectation("failed_turn", "a turn whose provider fails: 200 with the apology", _by_all()),
    Expectation(
        "wrong_token",
        "a wrong token",
        _by_all(*SDKS, outcome="AuthenticationError 401")
        | {LANGCHAIN: "OpenAIAuthenticationError 401", LLM: "exit 1, Error code: 401"},
    ),
    Expectation(
        "unknown_model",
        "an unknown model",
        _by_all(*SDKS, outcome="NotFoundError 404")
        | {LANGCHAIN: "OpenAIModelNotFoundError 404", LLM: "exit 1, Error code: 404"},
    ),
    Expectation(
        "bad_field", "a field that holds what it cannot", _by_all(*LIBRARIES, outcome="UnprocessableEntityError 422")
    ),
    Expectation(
        "no_quota",
        "no message left this month",
        _by_all(*SDKS, outcome="RateLimitError 429")
        | {LANGCHAIN: "OpenAIRateLimitError 429", LLM: "exit 1, Error code: 429"},
    ),
    Expectation("tools", "tools", _by_all(*LIBRARIES, outcome="a text, no tool call")),
    Expectation("two_choices", "`n: 2`", _by_all(*SDKS, outcome="one choice")),
    Expectation("image", "an image in a message", _by_all(*LIBRARIES, outcome="UnprocessableEntityError 422")),
    Expectation(
        "responses",
        "the Responses API",
        _by_all(*SDKS, outcome="NotFoundError 404") | {LANGCHAIN: "OpenAIModelNotFoundError 404"},
    ),
    Expectation("embeddings", "embeddings", _by_all(*SDKS, outcome="NotFoundError 404")),
)


def expected_of(client: str) -> dict[str, str]:
    """Return what the client is to see, by case."""
    return {one.case: one.seen[client] for one in EXPECTATIONS if client in one.seen}


def table_of(seen: Mapping[str, Mapping[str, str]], versions: Mapping[str, str]) -> list[str]:
    """Return the table's lines: a line a case, a column a client that ran; what is not as expected stands out."""
    clients = [client for client in CLIENTS if client in seen]
    heads = ["", *(f"{client} {versions[client]}" for client in clients)]
    rows = [
        [one.label, *(_cell(seen[client].get(one.case), one.seen.get(client)) for client in clients)]
        for one in EXPECTATIONS
    ]
    return table_lines(heads, rows)


def _cell(seen: str | None, expected: str | None) -> str:
    if expected is None:
        return ""
    return seen if seen == expected else f"**{seen or 'nothing'}**"
