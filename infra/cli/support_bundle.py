"""`mevichat support-bundle`: what a provider's support desk asks for, and nothing of what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import typer

from infra.cli.store_access import RefusedError, run_on_store
from shared.domain.turn_result import TurnError
from shared.settings import Settings
from shared.store.database import Database
from shared.store.turns.fact_rows import AttemptFacts, TurnFacts
from shared.store.turns.facts import find_turn_facts, list_attempts
from shared.version import PRODUCT_VERSION

WIDTH = 22


def support_bundle(turn: str, *, as_json: bool) -> typer.Exit:
    """Print the bundle of a turn, as text to be pasted into a form or as JSON."""

    async def work(_: Settings, database: Database) -> dict[str, Any]:
        turn_id = _turn_id(turn)
        facts = await find_turn_facts(database, turn_id)
        if facts is None:
            message = f"There is no turn {turn_id} in this installation; take the turn_id that the reply carries."
            raise RefusedError(message)
        return bundle_of(facts, await list_attempts(database, turn_id))

    bundle: dict[str, Any] = run_on_store(work)
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    typer.echo(orjson.dumps(bundle, default=str, option=options) if as_json else "\n".join(lines_of(bundle)))
    return typer.Exit()


def bundle_of(turn: TurnFacts, attempts: Sequence[AttemptFacts]) -> dict[str, Any]:
    """Return what support needs to find the turn's calls in its own logs; times are UTC, latencies milliseconds."""
    address = turn.address
    return {
        "product": f"Mevichat BYOK {PRODUCT_VERSION}",
        "turn_id": turn.turn_id,
        "status": turn.status,
        "provider": turn.provider,
        "model": turn.wire_model or turn.model,
        "region": address.region,
        "organization": address.organization,
        "project": address.project,
        "anthropic_workspace_id": address.anthropic_workspace_id,
        "error": _error(turn.error),
        "accepted_at": turn.accepted_at,
        "started_at": turn.started_at,
        "ended_at": turn.ended_at,
        "retries": turn.retries,
        "crashes": turn.crashes,
        "attempts": [_attempt(attempt) for attempt in attempts],
    }


def lines_of(bundle: dict[str, Any]) -> Iterator[str]:
    """Yield the bundle as text, one fact a line; what is not known is left out."""
    for name, value in bundle.items():
        if name != "attempts" and value is not None:
            yield f"{name:<{WIDTH}}  {_words(value)}"
    for attempt in bundle["attempts"]:
        yield ""
        for name, value in attempt.items():
            if value not in (None, ()):
                yield f"{name:<{WIDTH}}  {_words(value)}"


def _attempt(attempt: AttemptFacts) -> dict[str, Any]:
    return {
        "attempt": attempt.attempt,
        "provider_request_id": attempt.provider_request_id,
        "earlier_request_ids": attempt.earlier_request_ids,
        "provider": attempt.provider,
        "model": attempt.wire_model,
        "error": _error(attempt.error),
        "first_text_ms": attempt.first_text_ms,
        "call_ms": attempt.call_ms,
        "recorded_at": attempt.recorded_at,
    }


def _error(error: TurnError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "type": error.type,
        "provider_status": error.provider_status,
        "provider_type": error.provider_type,
        "provider_code": error.provider_code,
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items() if part is not None)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _turn_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = f"{text} is not the id of a turn; take the turn_id that the reply carries."
        raise RefusedError(message) from None
