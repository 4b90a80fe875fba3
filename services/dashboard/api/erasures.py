"""`/api/erasures`: have one end user's conversations erased, and see which erasures are under way."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.authenticate import actor_of, authenticate
from services.dashboard.body import STORABLE, read_form
from services.dashboard.body_reading import Form
from services.dashboard.context import context_of
from services.dashboard.json_response import json_response
from shared.domain.erasure import unnamed_user
from shared.store.erasures.order import list_erasures, order_erasure

ACCEPTED = 202
LONGEST_USER = 1_000
"""More than any end user's name that the chat API takes."""
EndUser = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_USER), STORABLE]


class ErasureForm(Form):
    """What `POST /api/erasures` takes: the end user as `user` of the chat API names them."""

    user: EndUser


async def add(request: Request) -> Response:
    """Have all conversations of an end user erased: what runs is cancelled, every text goes; usage stays."""
    holder, context = await authenticate(request), context_of(request)
    form = await read_form(request, ErasureForm)
    is_named = await order_erasure(
        context.database, workspace_id=holder.workspace_id, end_user=form.user, actor=actor_of(request, holder)
    )
    note = None if is_named else unnamed_user(form.user)
    return json_response({"user": form.user, "status": "ordered", "note": note}, ACCEPTED)


async def show_all(request: Request) -> Response:
    """List the erasures that are under way; one that is over stands in the audit, without the name."""
    holder, context = await authenticate(request), context_of(request)
    found = await list_erasures(context.database, holder.workspace_id)
    rows = [{"user": each.end_user, "asked_at": each.asked_at, "erased_turns": each.erased_turns} for each in found]
    return json_response({"data": rows})


ROUTES = [
    Route("/api/erasures", add, methods=["POST"]),
    Route("/api/erasures", show_all, methods=["GET"]),
]
