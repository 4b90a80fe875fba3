"""Step 2: on which model and key the turn runs, or why it does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.catalogue import Catalogue, Model
from shared.domain.error_types import ErrorType
from shared.domain.key_states import KeyState
from shared.domain.plans import Plan
from shared.domain.reasons import reason_of_blocked_model, reason_of_failure, reason_of_own_key
from shared.domain.turn_result import TurnError
from shared.keys.reach import key_for
from shared.store.bots.rows import BotRow
from shared.store.keys.rows import KeyRow, Standing
from shared.store.turns.rows import ClaimedTurn, KeyUse
from shared.store.workspaces.rows import WorkspaceConfiguration

BOT_DELETED = "The bot of this turn was deleted."


@dataclass(frozen=True, slots=True)
class Resolved:
    """Everything is there to call the model. `key` is None for Mini alone."""

    bot: BotRow
    model: Model
    key: KeyRow | None
    plan: Plan

    @property
    def key_use(self) -> KeyUse | None:
        """Name the key, and the state of it, that the call runs on."""
        return None if self.key is None else KeyUse(self.key.key_id, self.key.version, self.key.verdict_seq)


@dataclass(frozen=True, slots=True)
class Suspected:
    """The key is in doubt: this turn may be its probe when `probe_due`, else `caller_waits` decides.

    A turn whose caller waits fails with `error` at once; any other waits for the verdict.
    """

    resolved: Resolved
    key: KeyRow
    probe_due: bool
    caller_waits: bool
    error: TurnError


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The turn fails before any call."""

    error: TurnError
    model: Model | None = None


Resolution = Resolved | Suspected | Unresolved


def resolve(
    turn: ClaimedTurn,
    configuration: WorkspaceConfiguration | None,
    catalogue: Catalogue,
    *,
    now: datetime,
    suspect_patience_seconds: float,
) -> Resolution:
    """Decide on what the turn runs, by the configuration of the epoch that claim saw."""
    bot = configuration.bots.get(turn.bot_id) if configuration else None
    if configuration is None or bot is None:
        return Unresolved(TurnError(ErrorType.REQUEST_INVALID, BOT_DELETED, retryable=False))
    model = catalogue.find(turn.model)
    if model is None:
        return Unresolved(_error(ErrorType.MODEL_RETIRED, "", now))
    if not configuration.plan.includes(model.plan):
        return Unresolved(_error(ErrorType.PLAN_FORBIDS_MODEL, model.provider, now), model)
    if not model.needs_key:
        return Resolved(bot, model, None, configuration.plan)
    return _with_key(turn, bot, model, configuration, now=now, patience_seconds=suspect_patience_seconds)


def _with_key(
    turn: ClaimedTurn,
    bot: BotRow,
    model: Model,
    configuration: WorkspaceConfiguration,
    *,
    now: datetime,
    patience_seconds: float,
) -> Resolution:
    key = key_for(configuration.keys.values(), model.provider, bot.key_id)
    if key is None:
        return Unresolved(_no_key(bot, model, configuration, now), model)
    if not key.state.is_usable or key.sealed is None:
        return Unresolved(key_unusable(key, key.standing, now), model)
    blocked = key.standing.blocked.get(model.id)
    if blocked is not None:
        return Unresolved(_model_blocked(ErrorType(blocked), model), model)
    if key.state is not KeyState.SUSPECT:
        return Resolved(bot, model, key, configuration.plan)
    since = key.suspect_since
    return Suspected(
        Resolved(bot, model, key, configuration.plan),
        key,
        probe_due=since is not None and now - since > timedelta(seconds=patience_seconds),
        caller_waits=turn.door.has_waiting_caller,
        error=key_unusable(key, key.standing, now),
    )


def key_unusable(key: KeyRow, standing: Standing, now: datetime) -> TurnError:
    """Return the failure on a key that is out of service, in the words of whoever took it out."""
    error = _error(ErrorType.KEY_UNUSABLE, key.provider, now)
    return TurnError(
        error.type,
        standing.reason or error.reason,
        retryable=error.retryable,
        provider_status=standing.provider_status,
        provider_code=standing.provider_code,
    )


def _no_key(bot: BotRow, model: Model, configuration: WorkspaceConfiguration, now: datetime) -> TurnError:
    error = _error(ErrorType.NO_KEY, model.provider, now)
    if bot.key_id is None:
        return error
    own = configuration.keys.get(bot.key_id)
    reason = reason_of_own_key(model.provider, model.name, own_provider=own.provider if own else None)
    return replace(error, reason=reason)


def _model_blocked(error: ErrorType, model: Model) -> TurnError:
    reason = reason_of_blocked_model(model.provider, model.name)
    return TurnError(error, reason, retryable=error.is_retryable)


def _error(error: ErrorType, provider: str, now: datetime) -> TurnError:
    return TurnError(error, reason_of_failure(error, provider=provider, at=now), retryable=error.is_retryable)
