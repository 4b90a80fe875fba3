"""What the gateway's handlers need; built once by main."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from starlette.requests import Request

from shared.admission.admission import Admission
from shared.admission.holders import Holders
from shared.clock import Clock
from shared.domain.catalogue import Catalogue
from shared.replies.waiting import Waiting
from shared.settings import Settings
from shared.store.database import Database


@dataclass(frozen=True, slots=True)
class GatewayContext:
    """The way in, the ways out, and the store for reads."""

    database: Database
    admission: Admission
    holders: Holders
    waiting: Waiting
    catalogue: Catalogue
    settings: Settings
    clock: Clock


def context_of(request: Request) -> GatewayContext:
    """Return the context that the application was built with; once it is known who asks, their workspace's."""
    context: GatewayContext = getattr(request.state, "context", request.app.state.context)
    return context


def enter_workspace(request: Request, workspace_id: UUID) -> None:
    """Let the rest of the request see this workspace and no other."""
    context = context_of(request)
    request.state.context = replace(context, database=context.database.of(workspace_id))
