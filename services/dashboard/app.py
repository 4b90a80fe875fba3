"""The dashboard's application."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.dashboard.api import (
    audit,
    bots,
    conversations as conversation_resources,
    documents,
    erasures,
    keys,
    models,
    notice_settings,
    notices,
    tokens,
    turns,
    usage,
    workspace,
)
from services.dashboard.api.parameters import refuse_unknown_parameters
from services.dashboard.context import AdminContext
from services.dashboard.errors import AdminError, answer_error
from services.dashboard.json_response import json_response
from services.dashboard.openapi import describe
from services.dashboard.pages import (
    audit as audit_page,
    bot_chat,
    bot_documents,
    bot_files,
    bot_tokens,
    bots as bot_pages,
    conversation_export,
    conversations,
    erase,
    keys as key_pages,
    members,
    notices as notice_pages,
    operator_queue,
    operator_turns,
    operator_workspaces,
    overview,
    own_password,
    tokens as token_pages,
    turns as turn_pages,
    usage as usage_pages,
    workspace as workspace_page,
)
from services.dashboard.pages.page import route_of
from services.dashboard.pages.render import bare_page
from services.dashboard.security_headers import SecurityHeaders, add_headers
from services.dashboard.signing_in import login
from services.dashboard.signing_in.cookie import local_path
from shared.health import health_routes
from shared.store.errors import StoreUnavailableError

HERE = Path(__file__).parent
NOT_FOUND, UNAVAILABLE = 404, 503
RESOURCES = [
    refuse_unknown_parameters(route)
    for route in (
        *keys.ROUTES,
        *bots.ROUTES,
        *tokens.ROUTES,
        *documents.ROUTES,
        *turns.ROUTES,
        *conversation_resources.ROUTES,
        *erasures.ROUTES,
        *usage.ROUTES,
        *models.ROUTES,
        *notices.ROUTES,
        *notice_settings.ROUTES,
        *workspace.ROUTES,
        *audit.ROUTES,
    )
]


PAGES = [
    *overview.PAGES,
    *usage_pages.PAGES,
    *key_pages.PAGES,
    *operator_workspaces.PAGES,
    *operator_queue.PAGES,
    *operator_turns.PAGES,
    *conversation_export.PAGES,
    *erase.PAGES,
    *conversations.PAGES,
    *turn_pages.PAGES,
    *workspace_page.PAGES,
    *token_pages.PAGES,
    *members.PAGES,
    *own_password.PAGES,
    *notice_pages.PAGES,
    *audit_page.PAGES,
    *bot_pages.PAGES,
    *bot_chat.PAGES,
    *bot_documents.PAGES,
    *bot_files.PAGES,
    *bot_tokens.PAGES,
]


def build_app(context: AdminContext) -> Starlette:
    """Return the admin API and the pages, with the health doors."""
    document = describe(RESOURCES)

    async def openapi(_: Request) -> Response:
        return json_response(document)

    app = Starlette(
        routes=[
            *RESOURCES,
            Route("/openapi.json", openapi),
            *health_routes(context.database.is_ready),
            *login.ROUTES,
            *(route_of(page) for page in PAGES),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={
            AdminError: _answer_admin_error,
            StoreUnavailableError: _answer_unavailable,
            HTTPException: _answer_http,
            ClientDisconnect: _answer_nobody,
            Exception: _answer_failure,
        },
        middleware=[Middleware(SecurityHeaders)],
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request named
    app.state.context = context
    return app


async def _answer_admin_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AdminError)
    if request.url.path.startswith("/api/"):
        return await answer_error(request, error)
    return bare_page("problem_bare.html", error.status, sentence=error.message)


async def _answer_unavailable(request: Request, _: Exception) -> Response:
    sentence = "The database does not answer; nothing was changed. Try again in a moment."
    if request.url.path.startswith("/api/"):
        return await answer_error(request, AdminError(UNAVAILABLE, "unavailable", sentence))
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    again = {"again": local_path(here)} if request.method == "GET" else {}
    return bare_page("problem_bare.html", UNAVAILABLE, title="Not available right now", sentence=sentence, **again)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == NOT_FOUND else "invalid_request"
    sentence = f"{error.detail}: {request.method} {request.url.path} is no operation of the admin API and no page."
    return await _answer_admin_error(request, AdminError(error.status_code, code, sentence))


async def _answer_nobody(_: Request, __: Exception) -> Response:
    """Answer a caller who left in the middle of the request; nobody reads it."""
    return Response(status_code=400)


async def _answer_failure(request: Request, _: Exception) -> Response:
    """Answer what nobody foresaw, before the server logs it; this answer is made outside of all middleware."""
    sentence = "Something failed on our side; it is in the dashboard's log. Try again in a moment."
    response = await _answer_admin_error(request, AdminError(500, "server_error", sentence))
    add_headers(response.headers, request.url.path)
    return response
