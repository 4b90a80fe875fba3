"""Which part of a turn's way a stack of frames belongs to: one table a process, read from the innermost frame out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

ELSEWHERE = "event loop and the rest"

Rules = Sequence[tuple[str, str]]
"""A part of a file's path and the stage that it stands for; the first that fits a frame decides."""

WORKER: Rules = (
    ("completion/claim.py", "claim"),
    ("store/turns/claim.py", "claim"),
    ("completion/resolve", "resolve"),
    ("completion/configuration.py", "resolve"),
    ("completion/prepare.py", "prepare"),
    ("completion/history.py", "prepare"),
    ("shared/knowledge/", "prepare"),
    ("completion/room.py", "room"),
    ("completion/wake.py", "room"),
    ("shared/limits/", "room"),
    ("completion/call.py", "call"),
    ("completion/ask.py", "call"),
    ("shared/providers/", "call"),
    ("shared/vault/", "call"),
    ("site-packages/openai/", "call"),
    ("site-packages/anthropic/", "call"),
    ("site-packages/httpx2", "call"),
    ("site-packages/aiohttp/", "call"),
    ("completion/record.py", "record"),
    ("completion/outcome.py", "record"),
    ("completion/endings.py", "record"),
    ("store/turns/record.py", "record"),
    ("completion/announce.py", "announce"),
    ("shared/events/", "announce"),
    ("shared/queue/ring.py", "announce"),
    ("completion/reply.py", "reply"),
    ("completion/deltas.py", "reply"),
    ("shared/queue/replies.py", "reply"),
    ("shared/queue/reply_entries.py", "reply"),
    ("completion/leases.py", "leases"),
    ("store/turns/renew.py", "leases"),
    ("completion/turn_flow.py", "the flow itself"),
    ("shared/queue/", "broker"),
    ("site-packages/dramatiq/", "broker"),
)
GATEWAY: Rules = (
    ("gateway/body.py", "parse"),
    ("gateway/parse_", "parse"),
    ("gateway/authenticate.py", "authenticate"),
    ("admission/holder", "authenticate"),
    ("shared/admission/", "accept"),
    ("store/turns/accept.py", "accept"),
    ("shared/queue/ring.py", "accept"),
    ("shared/replies/", "wait"),
    ("shared/queue/", "wait"),
    ("store/turns/read.py", "wait"),
    ("gateway/chat_body.py", "answer"),
    ("gateway/chat_stream.py", "answer"),
    ("gateway/json_response.py", "answer"),
    ("starlette/responses.py", "answer"),
    ("services/gateway/", "the handler itself"),
    ("site-packages/uvicorn/", "http"),
    ("site-packages/starlette/", "http"),
)
LIBRARIES: Rules = (
    ("site-packages/sqlalchemy/", "database, whose cannot be told"),
    ("site-packages/redis/", "Redis, whose cannot be told"),
)
"""Asked when no frame of the stack is known: a library works for whoever called it, where that can be seen."""


def share_by_stage(stacks: Iterable[tuple[Sequence[str], int]], rules: Rules) -> dict[str, float]:
    """Return each stage's share of all samples, the largest first; a stack's frames stand outermost first."""
    counts: Counter[str] = Counter()
    for frames, samples in stacks:
        counts[stage_of(frames, rules)] += samples
    total = counts.total() or 1
    return {stage: count / total for stage, count in counts.most_common()}


def stage_of(frames: Sequence[str], rules: Rules) -> str:
    """Return the stage of one stack."""
    for table in (rules, LIBRARIES):
        for frame in reversed(frames):
            for part, stage in table:
                if part in frame:
                    return stage
    return ELSEWHERE


def read_stacks(text: str) -> list[tuple[list[str], int]]:
    """Return the stacks of py-spy's raw format: frames joined by semicolons, then how often they were seen."""
    stacks = []
    for line in text.splitlines():
        frames, _, samples = line.rpartition(" ")
        stacks.append((frames.split(";"), int(samples)))
    return stacks
