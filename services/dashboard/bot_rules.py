"""Which model and key a bot may have; pure, one rule for the API and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.dashboard.errors import AdminError, invalid
from shared.domain.catalogue import Catalogue, Model
from shared.domain.key_format import DISPLAY_NAMES
from shared.domain.plans import Plan
from shared.store.keys.rows import KeyRow


def check_choice(
    model_id: str, key_id: UUID | None, *, plan: Plan, keys: Sequence[KeyRow], catalogue: Catalogue
) -> None:
    """Refuse a model that does not exist or that the plan forbids, and a key that cannot serve it.

    Raises:
        AdminError: 403 `plan_forbids_model`, or 422 that names `model` or `key_id`.

    """
    model = catalogue.find(model_id)
    if model is None:
        raise invalid("model", f"model is not in the catalogue; choose one of {', '.join(catalogue.models)}.")
    why_forbidden = why_plan_forbids(model, plan)
    if why_forbidden is not None:
        raise AdminError(403, "plan_forbids_model", why_forbidden, "model")
    if key_id is None:
        return
    key = next((key for key in keys if key.key_id == key_id), None)
    if key is None:
        raise invalid("key_id", "key_id names no key of this workspace.")
    if key.provider != model.provider:
        wants = f"needs one of {DISPLAY_NAMES[model.provider]}" if model.needs_key else "needs none"
        own = DISPLAY_NAMES[key.provider]
        raise invalid("key_id", f"The key (key_id) is one of {own}; {model.name} {wants}.")


def why_plan_forbids(model: Model, plan: Plan) -> str | None:
    """Return why the plan does not open the model, and what does; None when it does."""
    if plan.includes(model.plan):
        return None
    return f"The {plan.title()} plan does not include {model.name}; upgrade to {model.plan.title()} or choose another model."
