"""The gateway's application."""

from __future__ import annotations

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway import turns
from services.gateway.chat import complete
from services.gateway.context import GatewayContext
from services.gateway.errors import ChatError, error_response
from services.gateway.json_response import json_response
from services.gateway.models import list_models, show_model
from services.gateway.openapi import describe
from shared.admission.refusal import UNAVAILABLE
from shared.health import health_routes
from shared.store.errors import StoreUnavailableError

log = structlog.get_logger()
CHAT = "/v1/chat/completions"
OPERATIONS = [
    Route(CHAT, complete, methods=["POST"]),
    Route("/v1/turns/{id}", turns.show, methods=["GET"]),
    Route("/v1/turns/{id}/retry", turns.retry, methods=["POST"]),
    Route("/v1/turns/{id}/cancel", turns.cancel, methods=["POST"]),
    Route("/v1/turns/{id}/events", turns.events, methods=["GET"]),
    Route("/v1/conversations/{id:path}", turns.conversation, methods=["GET"]),
    Route("/v1/models", list_models, methods=["GET"]),
    Route("/v1/models/{id}", show_model, methods=["GET"]),
]


def build_app(context: GatewayContext) -> ASGIApp:
    """Return the chat API with its health doors."""
    document = describe(OPERATIONS)

    async def openapi(_: Request) -> Response:
        return json_response(document)

    app = Starlette(
        routes=[*OPERATIONS, Route("/openapi.json", openapi), *health_routes(context.database.is_ready)],
        exception_handlers={
            ChatError: _answer_error,
            StoreUnavailableError: _answer_unavailable,
            HTTPException: _answer_http,
            ClientDisconnect: _answer_nobody,
            Exception: _answer_failure,
        },
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request named
    app.state.context = context
    return ChatFirst(app)


class ChatFirst:
    """Takes chat messages past the router and its layers, which cost each of them more than reading it; else the same."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == CHAT and scope["method"] == "POST":
            scope["app"] = self._app
            response = await _complete(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _complete(request: Request) -> Response:
    try:
        return await complete(request)
    except ChatError as error:
        return await _answer_error(request, error)
    except StoreUnavailableError as error:
        return await _answer_unavailable(request, error)
    except ClientDisconnect as error:
        return await _answer_nobody(request, error)
    except Exception as error:
        log.exception("request_failed")
        return await _answer_failure(request, error)


async def _answer_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChatError)
    return error_response(error.status, error.code, error.message, error.param)


async def _answer_unavailable(_: Request, __: Exception) -> Response:
    return error_response(503, UNAVAILABLE.code.value, UNAVAILABLE.message, None, retry_after_seconds=1)


async def _answer_nobody(_: Request, __: Exception) -> Response:
    """Answer a caller who left in the middle of the request; nobody reads it."""
    return Response(status_code=400)


async def _answer_failure(_: Request, __: Exception) -> Response:
    """Answer what nobody foresaw; the log has it."""
    sentence = (
        "Something failed on our side; it is in the gateway's log. Send the message again with its Idempotency-Key."
    )
    return error_response(500, "internal_error", sentence, None)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == 404 else "invalid_request"  # noqa: PLR2004 - HTTP's own number
    sentence = f"{error.detail}: {request.method} {request.url.path} is no operation of the chat API."
    return error_response(error.status_code, code, sentence, None)
