"""Which model and key a bot may have; pure, one rule for the API and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.dashboard.errors import AdminError, invalid
from services.dashboard.refusals import Refusals
from shared.domain.catalogue import Catalogue, Model
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.plans import Plan
from shared.store.keys.rows import KeyRow


def check_choice(
    model_id: str | None, key_id: UUID | None, *, plan: Plan, keys: Sequence[KeyRow], catalogue: Catalogue
) -> None:
    """Refuse a model that does not exist or that the plan forbids, and a key that is none or cannot serve it.

    Without a `model_id`, which was refused for another reason, the key alone is judged.

    Raises:
        AdminError: 403 `plan_forbids_model`, or 422, that names `model`, `key_id` or both.

    """
    refusals = Refusals()
    model = None if model_id is None else refusals.read(_model_of, model_id, plan, catalogue)
    key = None if key_id is None else refusals.read(_key_of, key_id, keys)
    if model is not None and key is not None and key.provider != model.provider:
        wants = f"needs one of {DISPLAY_NAMES[model.provider]}" if model.needs_key else "needs none"
        own = DISPLAY_NAMES[key.provider]
        refusals.note(invalid("key_id", f"The key (key_id) is one of {own}; {model.name} {wants}."))
    refusals.raise_all()


def _model_of(model_id: str, plan: Plan, catalogue: Catalogue) -> Model:
    model = catalogue.find(model_id)
    if model is None:
        raise invalid("model", f"model is not in the catalogue; choose one of {', '.join(catalogue.models)}.")
    why_forbidden = why_plan_forbids(model, plan)
    if why_forbidden is not None:
        raise AdminError(403, "plan_forbids_model", why_forbidden, "model")
    return model


def _key_of(key_id: UUID, keys: Sequence[KeyRow]) -> KeyRow:
    key = next((key for key in keys if key.key_id == key_id), None)
    if key is None:
        raise invalid("key_id", "key_id names no key of this workspace.")
    return key


def why_plan_forbids(model: Model, plan: Plan) -> str | None:
    """Return why the plan does not open the model, and what does; None when it does."""
    if plan.includes(model.plan):
        return None
    return f"The {plan.title()} plan does not include {model.name}; upgrade to {model.plan.title()} or choose another model."
