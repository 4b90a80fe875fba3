"""The dashboard's application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.dashboard.api import (
    audit,
    bots,
    documents,
    keys,
    models,
    notice_settings,
    notices,
    tokens,
    turns,
    usage,
    workspace,
)
from services.dashboard.context import AdminContext
from services.dashboard.errors import AdminError, answer_error
from services.dashboard.json_response import json_response
from services.dashboard.openapi import describe
from shared.health import health_routes
from shared.store.errors import StoreUnavailableError

RESOURCES = [
    *keys.ROUTES,
    *bots.ROUTES,
    *tokens.ROUTES,
    *documents.ROUTES,
    *turns.ROUTES,
    *usage.ROUTES,
    *models.ROUTES,
    *notices.ROUTES,
    *notice_settings.ROUTES,
    *workspace.ROUTES,
    *audit.ROUTES,
]


def build_app(context: AdminContext) -> Starlette:
    """Return the admin API with its health doors."""
    document = describe(RESOURCES)

    async def openapi(_: Request) -> Response:
        return json_response(document)

    app = Starlette(
        routes=[*RESOURCES, Route("/openapi.json", openapi), *health_routes(context.database.is_ready)],
        exception_handlers={
            AdminError: answer_error,
            StoreUnavailableError: _answer_unavailable,
            HTTPException: _answer_http,
        },
    )
    app.state.context = context
    return app


async def _answer_unavailable(request: Request, _: Exception) -> Response:
    sentence = "The database does not answer; nothing was changed. Try again in a moment."
    return await answer_error(request, AdminError(503, "unavailable", sentence))


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == 404 else "invalid_request"  # noqa: PLR2004 - HTTP's own number
    sentence = f"{error.detail}: {request.method} {request.url.path} is no operation of the admin API."
    return await answer_error(request, AdminError(error.status_code, code, sentence))
