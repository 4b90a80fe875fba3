"""Whether a provider's account offers a model, by the account's own model list."""

from __future__ import annotations

import re
from collections.abc import Collection

from shared.domain.catalogue import Model

DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})")


def is_listed(model: Model, listed: Collection[str] | None) -> bool:
    """Tell whether the list holds the model's wire id, or the dated id for which that is the alias.

    A list that is unknown (None) holds every model: not being told is no reason to hide one.
    """
    if listed is None or model.wire_id in listed:
        return True
    return any(each.startswith(model.wire_id) and DATED.fullmatch(each, len(model.wire_id)) for each in listed)
